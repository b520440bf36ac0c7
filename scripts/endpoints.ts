// Runs the contract suites and the path suite against one endpoint, and reports every difference that is not listed:
//   npm run endpoints -- moto      moto_server, from the PATH
//   npm run endpoints -- radosgw   Ceph's S3 server; its Debian packages are installed where they are missing, as root
//   npm run endpoints -- env       whatever AWS_ENDPOINT_URL names, with the credentials of the environment
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ENDPOINT_NAMES, type EndpointName } from '../test/endpoints/endpoint.ts';
import { commandOnPath } from '../test/endpoints/processes.ts';

const root = join(import.meta.dirname, '..');
const COMMANDS = ['ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];
const PACKAGES = ['radosgw', 'ceph-mon', 'ceph-osd'];
const CREATES = `This makes, and deletes at the end:
  buckets    encryption-auditor-<random>-...
  SQS        queues of the same name and alerts-<random>
  SNS        topics alerts-<random>
  KMS        keys, which are scheduled for deletion in 7 to 30 days, and their aliases, which go with them
Use a throw-away account or an emulator: a run that is killed leaves them behind.
`;

/** Why the gateway cannot be had here; `undefined` where it can. */
function installRadosgw(): string | undefined {
  const missing = COMMANDS.filter((name) => commandOnPath(name) === undefined);
  if (missing.length === 0) return undefined;
  const packages = PACKAGES.join(' ');
  const manual = `install the Debian packages ${packages}`;
  if (commandOnPath('apt-get') === undefined)
    return `${missing.join(', ')} missing and no apt-get here: ${manual}`;
  if (process.getuid?.() !== 0) return `${missing.join(', ')} missing and this is not root: ${manual}`;
  process.stderr.write(`installing ${packages} by apt-get, some 270 MB\n`);
  const options = ['install', '-y', '-qq', '--no-install-recommends', ...PACKAGES];
  for (const args of [['update', '-qq'], options]) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { status, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8', stdio: 'pipe' });
    if (status !== 0) return `apt-get ${args.join(' ')} failed:\n${stderr.slice(-2000)}`;
  }
  const still = COMMANDS.filter((name) => commandOnPath(name) === undefined);
  return still.length === 0 ? undefined : `the packages ${packages} brought no ${still.join(', ')}`;
}

function suites(name: EndpointName): number {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const env = { ...process.env, ENDPOINT: name };
  const args = [vitest, 'run', 'test/endpoints', '--testTimeout=120000', '--hookTimeout=300000'];
  return spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
}

function main([wanted, ...others]: readonly string[]): number {
  const name = ENDPOINT_NAMES.find((known) => known === wanted);
  if (name === undefined || others.length > 0) {
    console.error(`usage: npm run endpoints -- ${ENDPOINT_NAMES.join(' | ')}`);
    return 2;
  }
  const why = name === 'radosgw' ? installRadosgw() : undefined;
  if (why !== undefined) {
    console.error(`not run: ${why}`);
    return 1;
  }
  if (name === 'env') process.stderr.write(CREATES);
  return suites(name);
}

process.exitCode = main(process.argv.slice(2));
