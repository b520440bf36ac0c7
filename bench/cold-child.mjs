// A fresh process that imports a handler and gives it one event, as a cold start does; writes what that took to descriptor 3.
// JavaScript, so that reading TypeScript is no part of what is measured.
import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const [file, event, listing] = process.argv.slice(2);
const loaded = [];
if (listing === 'list') {
  registerHooks({
    load(url, context, next) {
      if (url.startsWith('file:')) loaded.push(url);
      return next(url, context);
    },
  });
}

const memory = () => {
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed };
};
const cpu = process.cpuUsage();
const begun = performance.now();
const { handler } = await import(pathToFileURL(file).href);
const imported = performance.now();
const afterImport = memory();
const afterImportLoaded = loaded.length;
await handler(JSON.parse(event), { getRemainingTimeInMillis: () => 60_000, awsRequestId: 'bench' });
const served = performance.now();
const { user, system } = process.cpuUsage(cpu);
const took = {
  importMs: imported - begun,
  eventMs: served - imported,
  cpuMs: (user + system) / 1_000,
  afterImport,
  afterEvent: memory(),
  loadedByImport: loaded.slice(0, afterImportLoaded),
  loaded,
};
writeSync(3, JSON.stringify(took));
process.exit(0);
