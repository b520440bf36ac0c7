// Runs one part of the bench, whose file is the argument, and sends what it found out to the process above.
import { pathToFileURL } from 'node:url';
import type { Finding, PartInput } from './results.ts';

process.once('message', async (input: PartInput) => {
  const { find }: { readonly find: (input: PartInput) => Promise<Finding> } = await import(
    pathToFileURL(process.argv[2] ?? '').href
  );
  const finding = await find(input);
  process.send?.(finding, () => process.exit(0));
});
