import { randomUUID } from 'node:crypto';
import { access, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file that its owner alone reads, whole or not at all, and lasting: a process that is killed meanwhile leaves no
 * empty file behind. A file that is there already stays as it is.
 */
export async function keepSecret(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.draft`;
  try {
    await using handle = await open(draft, 'wx', 0o600);
    await handle.writeFile(text);
    await handle.sync();
    await publish(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(dirname(file));
}

/** A link never replaces a file, as a rename would. */
async function publish(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    // Some file systems know no links; the lock on the data folder keeps others away from this gap.
    const there = await access(file).then(
      () => true,
      () => false,
    );
    if (!there) await rename(draft, file);
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders, and orders such changes itself.
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}
