import {
  makeCompactedImage,
  makeGroupImages,
  makeLearningImage,
  makeLonelyImage,
  type GroupImage,
} from './group-images.ts';

export type ImageName = 'stopped' | 'killed' | 'lagging' | 'lonely' | 'compacted' | 'learning';

type Maker = (root: string) => Promise<Readonly<Partial<Record<ImageName, GroupImage>>>>;

const makers: readonly (readonly [readonly ImageName[], Maker])[] = [
  [['stopped', 'killed', 'lagging'], makeGroupImages],
  [['lonely'], async (root) => ({ lonely: await makeLonelyImage(root, 'lonely') })],
  [['compacted'], async (root) => ({ compacted: await makeCompactedImage(root) })],
  [['learning'], async (root) => ({ learning: await makeLearningImage(root) })],
];

/** Images by their names, made in folders within `root`; those that are made together come together. */
export async function makeImages(
  root: string,
  names: readonly ImageName[],
): Promise<ReadonlyMap<string, GroupImage>> {
  const images = new Map<string, GroupImage>();
  for (const [made, make] of makers) {
    if (!made.some((name) => names.includes(name))) continue;
    for (const [name, image] of Object.entries(await make(root))) images.set(name, image);
  }
  return images;
}
