import type { BrowserContext, Page } from '@playwright/test';

/** A part of a page. */
type Clip = { x: number; y: number; width: number; height: number };

/** A picture of a part of a page: the luminance of each pixel, 0 to 255, row by row. */
export type Picture = { width: number; height: number; grey: Uint8Array };

/**
 * Reads pictures as an eye that sees no hues does (Rec. 709), in a page of their own: that of the app lets nothing in.
 * Pictures are compared with one another and with what is known of them, not with files: dates and fonts are others on
 * each machine.
 */
export class Darkroom {
  private constructor(private readonly page: Page) {}

  static async open(context: BrowserContext): Promise<Darkroom> {
    return new Darkroom(await context.newPage());
  }

  async develop(page: Page, clip: Clip): Promise<Picture> {
    const png = (await page.screenshot({ clip, animations: 'disabled', caret: 'hide' })).toString('base64');
    const { width, height, grey } = await this.page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      canvas.drawImage(bitmap, 0, 0);
      const { data } = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
      let letters = '';
      for (let at = 0; at < data.length; at += 4) {
        const luminance = 0.2126 * data[at]! + 0.7152 * data[at + 1]! + 0.0722 * data[at + 2]!;
        letters += String.fromCharCode(Math.round(luminance));
      }
      return { width: bitmap.width, height: bitmap.height, grey: btoa(letters) };
    }, png);
    return { width, height, grey: Buffer.from(grey, 'base64') };
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}

/** How much two pictures differ, 0 to 1: the mean difference of their pixels, over what both have. */
export function difference(one: Picture, other: Picture): number {
  const [width, height] = [Math.min(one.width, other.width), Math.min(one.height, other.height)];
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) sum += Math.abs(one.grey[y * one.width + x]! - other.grey[y * other.width + x]!);
  }
  return sum / (255 * width * height);
}

/** Of each column, the share that is inked: that differs from the ground. */
export function inked({ width, height, grey }: Picture, ground: number): number[] {
  return Array.from({ length: width }, (_, x) => {
    let dark = 0;
    for (let y = 0; y < height; y++) if (Math.abs(grey[y * width + x]! - ground) > 24) dark += 1;
    return dark / height;
  });
}

/** The contrast of two luminances of sRGB (WCAG). */
export function contrast(one: number, other: number): number {
  const linear = (share: number) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
  const [dark, light] = [Math.min(one, other), Math.max(one, other)].map((value) => linear(value / 255)) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}
