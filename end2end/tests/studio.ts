// Takes the pictures of the docs: each screen in two sizes and both themes, as small WebP files.
import fs from "node:fs";
import path from "node:path";
import type { Page } from "@playwright/test";

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
/** A picture in the docs may weigh this much, in bytes; the best quality that fits is taken. 1 is lossless. */
const heaviest = 80_000;
const qualities = [1, 0.9, 0.8, 0.65, 0.5];

/** Writes `name` in every size and theme into a folder. */
export async function picture(page: Page, name: string, folder: string): Promise<void> {
  const darkroom = await page.context().newPage();
  for (const viewport of sizes) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.bringToFront();
      const png = await page.screenshot({ fullPage: true });
      fs.writeFileSync(path.join(folder, `${name}-${viewport.width}-${colorScheme}.webp`), await develop(darkroom, png));
    }
  }
  await darkroom.close();
  await page.setViewportSize(sizes[0]);
}

/** The same picture as WebP: Chromium writes it, so that no other program is needed. */
async function develop(darkroom: Page, png: Buffer): Promise<Buffer> {
  let best = png;
  for (const quality of qualities) {
    const webp = await darkroom.evaluate(
      async ([encoded, quality]) => {
        const image = new Image();
        image.src = `data:image/png;base64,${encoded}`;
        await image.decode();
        const canvas = document.createElement("canvas");
        canvas.width = image.naturalWidth;
        canvas.height = image.naturalHeight;
        canvas.getContext("2d")!.drawImage(image, 0, 0);
        return canvas.toDataURL("image/webp", quality).split(",")[1];
      },
      [png.toString("base64"), quality] as const,
    );
    best = Buffer.from(webp, "base64");
    if (best.length <= heaviest) break;
  }
  return best;
}
