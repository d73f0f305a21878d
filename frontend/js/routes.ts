/** The name of every page that no route matches; the server has the same for requests. */
const unmatchedRoute = 'ruta_desconocida';

/** A path's route, as `/actividad` or `/tiendas/{id}`; names that are no paths stay as they are. */
export function routeOf(path: string, routes: string[]): string {
  if (!path.startsWith('/')) return path;
  const parts = split(path.split(/[?#]/, 1)[0]);
  return routes.find((route) => matches(split(route), parts)) ?? unmatchedRoute;
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function matches(route: string[], path: string[]): boolean {
  return route.length === path.length && route.every((part, index) => part.startsWith('{') || part === path[index]);
}
