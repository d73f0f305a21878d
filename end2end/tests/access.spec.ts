import { expect, type Page, test } from '@playwright/test';
import { administrator, Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilLive } from '../support/page';

// Signing in and out, with and without a script, and what an administrator does for others.

let klk: Klk;

test.beforeAll(async () => {
  klk = await Klk.startQuiet({ SENTRY_DSN: '' });
});

test.afterAll(async () => {
  await klk?.stop();
});

async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('Usuario').fill(name);
  await page.getByLabel('Clave').fill(password);
  await page.getByRole('button', { name: 'Entrar' }).click();
}

test('whoever opens a page signs in first and is led back to it', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas`);
  await expect(page).toHaveURL(/\/entrar\?volver=/);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await signIn(page, administrator.name, administrator.password);
  await expect(page).toHaveURL(`${klk.url}/pendientes?etl_tipo=ventas`);
  await untilLive(page);
  await expect(page.getByRole('complementary', { name: 'Su usuario' })).toContainText('jefa · Administrador');
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  expect(errors).toEqual([]);
});

test('a screen on a wall shows the overview without anybody signing in, until its link is revoked', async ({ browser }) => {
  const office = await browser.newContext();
  await klk.signIn(office);
  const users = await office.newPage();
  await users.goto(`${klk.url}/usuarios`);
  const tokens = users.getByRole('region', { name: 'Tokens' });
  await tokens.getByLabel('Para qué es').fill('pasillo');
  await tokens.getByLabel('Rol').selectOption({ label: 'Muro' });
  await tokens.getByRole('button', { name: 'Crear token' }).click();
  await expectAccessible(users);
  const link = (await users.locator('#secreto').textContent())!;

  const hall = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  const wall = await hall.newPage();
  const errors = complaints(wall);
  await wall.goto(link);
  await expect(wall).toHaveURL(`${klk.url}/?muro=1`);
  await expect(wall.getByRole('heading', { level: 1 })).toBeVisible();
  await untilLive(wall);
  // The POS answers nobody here, which the screen finds out.
  await expect(wall.locator('#pos')).toContainText(/Con error|Sin respuesta/i);
  await expectAccessible(wall);
  await expectNoSidewaysScroll(wall);
  // Nobody scrolls it.
  for (const [width, height] of [[1366, 768], [1920, 1080], [1080, 1920]]) {
    await wall.setViewportSize({ width: width!, height: height! });
    expect(await wall.evaluate(() => document.documentElement.scrollHeight - innerHeight), `${width}×${height}`).toBe(0);
  }
  await wall.setViewportSize({ width: 1920, height: 1080 });
  // What only somebody who signed in may search is not offered, nor by its keys.
  await expect(wall.getByRole('link', { name: /^Buscar/ })).toHaveCount(0);
  await wall.keyboard.press('Control+k');
  await expect(wall.getByRole('dialog')).toHaveCount(0);
  await expect(wall).toHaveURL(`${klk.url}/?muro=1`);
  expect(errors).toEqual([]);
  // It may see nothing else: only who signed in is led away from it.
  await expect(wall.getByText(/^Datos de las/)).toBeVisible();
  await expect(wall.getByRole('link', { name: 'Salir de la pantalla de pared' })).toHaveCount(0);
  await users.goto(`${klk.url}/?muro=1`);
  await users.getByRole('link', { name: 'Salir de la pantalla de pared' }).click();
  await expect(users).toHaveURL(`${klk.url}/`);
  await users.goto(`${klk.url}/usuarios`);
  const others = await hall.newPage();
  await others.goto(`${klk.url}/pendientes`);
  await expect(others).toHaveURL(/\/entrar/);

  await users.getByRole('button', { name: /pasillo$/ }).click();
  // Nobody touches the screen: its stream ends, and it says that one signs in.
  await expect(wall).toHaveURL(/\/entrar/, { timeout: 30_000 });
  await Promise.all([office.close(), hall.close()]);
});

test('a wrong password says so, and keeps the name', async ({ page }) => {
  await page.goto(`${klk.url}/entrar`);
  await expect(page.getByLabel('Usuario')).toBeFocused();
  await signIn(page, administrator.name, 'otra cosa');
  await expect(page.getByRole('alert')).toContainText('no son correctos');
  await expect(page.getByLabel('Usuario')).toHaveValue(administrator.name);
  await expect(page.getByLabel('Clave')).toHaveValue('');
  await expect(page.getByLabel('Clave')).toBeFocused();
  await expectAccessible(page);
});

test('whoever signs out sees nothing any more, and an open page leads to the entrance', async ({ page, context }) => {
  await klk.signIn(context);
  await page.goto(`${klk.url}/pendientes`);
  await untilLive(page);
  const other = await context.newPage();
  await other.goto(`${klk.url}/actividad`);
  await untilLive(other);
  await page.getByRole('button', { name: 'Salir' }).click();
  await expect(page).toHaveURL(`${klk.url}/entrar`);
  // The other page hears that its stream has ended, asks, and is led away.
  await expect(other).toHaveURL(/\/entrar\?volver=%2Factividad|\/entrar\?volver=\/actividad/, { timeout: 60_000 });
  await page.goBack();
  await expect(page).toHaveURL(/\/entrar/);
});

test('the page of users can be used by everybody and on a phone', async ({ page, context }) => {
  await klk.signIn(context);
  await page.goto(`${klk.url}/usuarios`);
  await page.locator('#usuario-jefa summary').click();
  await expect(page.getByRole('button', { name: 'Dar un código: jefa' })).toBeVisible();
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSidewaysScroll(page);
});

test.describe('without a script', () => {
  test.use({ javaScriptEnabled: false });

  test('an administrator adds somebody, who sets a password with the code and signs out', async ({ page, browser }) => {
    await page.goto(`${klk.url}/usuarios`);
    await signIn(page, administrator.name, administrator.password);
    await expect(page).toHaveURL(`${klk.url}/usuarios`);
    const form = page.getByRole('region', { name: 'Agregar usuario' });
    await form.getByLabel('Usuario').fill('luis');
    await form.getByLabel('Rol').selectOption('operador');
    await form.getByLabel('Tiendas en las que opera').fill('tienda_08');
    await form.getByRole('button', { name: 'Agregar usuario' }).click();
    const code = await page.locator('#secreto').innerText();
    await expect(page.locator('#usuario-luis')).toContainText('Operador · tienda_08');

    const theirs = await browser.newContext({ javaScriptEnabled: false });
    const their = await theirs.newPage();
    await their.goto(`${klk.url}/entrar`);
    await their.getByRole('link', { name: 'Tengo un código' }).click();
    await their.getByLabel('Usuario').fill('luis');
    await their.getByLabel('Código').fill(code.toLowerCase());
    await their.getByLabel('Clave nueva', { exact: true }).fill('la clave que recuerdo yo');
    await their.getByLabel('Clave nueva, otra vez').fill('la clave que recuerdo yo');
    await their.getByRole('button', { name: 'Guardar y entrar' }).click();
    await expect(their).toHaveURL(`${klk.url}/`);
    await expect(their.getByRole('complementary', { name: 'Su usuario' })).toContainText('luis · Operador');
    const users = await their.goto(`${klk.url}/usuarios`);
    expect(users?.status()).toBe(403);
    await their.goto(klk.url);
    await their.getByRole('button', { name: 'Salir' }).click();
    await expect(their).toHaveURL(`${klk.url}/entrar`);
    await theirs.close();
  });
});
