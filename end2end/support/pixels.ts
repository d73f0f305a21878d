import type { BrowserContext, Page } from '@playwright/test';

/** A part of a page. */
type Clip = { x: number; y: number; width: number; height: number };

/** A picture of a part of a page: the luminance of each pixel, 0 to 255, row by row. */
export type Picture = { width: number; height: number; grey: number[] };

/**
 * Reads pictures as an eye that sees no hues does (Rec. 709), in a page of their own: that of the app lets nothing in. Pictures are
 * compared with one another and with what is known of them, not with files: dates and fonts are others on each machine.
 */
export class Darkroom {
  private constructor(private readonly page: Page) {}

  static async open(context: BrowserContext): Promise<Darkroom> {
    return new Darkroom(await context.newPage());
  }

  async develop(page: Page, clip: Clip): Promise<Picture> {
    const png = (await page.screenshot({ clip, animations: 'disabled', caret: 'hide' })).toString('base64');
    return this.page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const { width, height } = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(width, height).getContext('2d')!;
      canvas.drawImage(await createImageBitmap(new Blob([bytes], { type: 'image/png' })), 0, 0);
      const { data } = canvas.getImageData(0, 0, width, height);
      const grey = Array.from({ length: width * height }, (_, at) => {
        return Math.round(0.2126 * data[4 * at]! + 0.7152 * data[4 * at + 1]! + 0.0722 * data[4 * at + 2]!);
      });
      return { width, height, grey };
    }, png);
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
  const linear = (value: number) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const [light, dark] = [Math.max(linear(one), linear(other)), Math.min(linear(one), linear(other))];
  return (light + 0.05) / (dark + 0.05);
}
