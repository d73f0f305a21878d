import duckdb from '@duckdb/node-bindings';

/** Runs statements on a file that no server has open. */
async function run(file: string, statements: string[]): Promise<void> {
  const database = await duckdb.open(file);
  const connection = await duckdb.connect(database);
  try {
    for (const statement of statements) await duckdb.query(connection, statement);
  } finally {
    duckdb.disconnect_sync(connection);
    duckdb.close_sync(database);
  }
}

/** One snapshot of each half hour is expected of a store since its first: it had one so many hours ago, and none since. */
export async function missStock(file: string, branch: string, hours: number): Promise<void> {
  const from = `time_bucket(INTERVAL '30 minutes', now()) - INTERVAL '${hours} hours'`;
  const period = `'inventario', '${branch}', ${from}, ${from} + INTERVAL '30 minutes'`;
  await run(file, [
    `INSERT INTO cobertura SELECT ${period}, gen_random_uuid(), now()`,
    `INSERT INTO cobertura_continua SELECT ${period}`,
  ]);
}
