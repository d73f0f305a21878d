// The pictures of the README, taken from a running demo, so that they stay true: `./dev run` in one terminal, and in another
// `node scripts/pictures.mjs`. Playwright's browser takes them; CHROMIUM names another one.

import { chromium } from '@playwright/test';

const address = process.argv[2] ?? 'http://127.0.0.1:3000';
const folder = new URL('../docs/images/', import.meta.url).pathname;
const laptop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
const pictures = [
  { name: 'overview', path: '/', viewport: laptop },
  { name: 'coverage', path: '/cobertura', viewport: { width: 1280, height: 620 } },
  { name: 'gaps', path: '/pendientes', viewport: laptop },
  { name: 'phone', path: '/', viewport: phone, colorScheme: 'dark' },
];

const executablePath = process.env.CHROMIUM;
const browser = await chromium.launch({ executablePath, args: executablePath ? ['--no-sandbox'] : [] });
for (const { name, path, viewport, colorScheme = 'light' } of pictures) {
  const context = await browser.newContext({ viewport, colorScheme, locale: 'es-VE' });
  // The first steps of the demo are not what it looks like every day.
  await context.addCookies([{ name: 'klk_recorrido', value: 'visto', url: address }]);
  const page = await context.newPage();
  await page.goto(address + path);
  await page.getByText('En vivo').first().waitFor({ state: 'attached' });
  await page.screenshot({ path: `${folder}${name}.png` });
  console.log(`docs/images/${name}.png`);
  await context.close();
}
await browser.close();
