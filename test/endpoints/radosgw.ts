import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, ServerProcess } from './processes.ts';

/** What a user of the gateway is created with. */
export interface GatewayUser {
  readonly name: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A role with its documents, as JSON. */
export interface GatewayRole {
  readonly name: string;
  readonly trust: string;
  readonly policy: string;
}

export interface GatewayOptions {
  readonly role: GatewayRole;
  readonly users: readonly GatewayUser[];
  /** Key ids that SSE-KMS may name: the gateway looks the text up as it stands. */
  readonly keyIds: readonly string[];
}

export interface Gateway {
  readonly url: string;
  /** The same store behind a gateway that takes session tokens; that one calls every refusal AccessDenied. */
  readonly tokensUrl: string;
  close(): Promise<void>;
}

/** Keys of the gateway's own key store for tests, as `id=base64`. */
const storedKeys = (ids: readonly string[]): string =>
  ids.map((id, n) => `${id}=${Buffer.alloc(32, n + 1).toString('base64')}`).join(' ');

/**
 * One monitor, one object store in memory and the gateway: no manager, which only keeps statistics. The `crc` modes,
 * because the secure mode that is the gateway's default cannot be met without Ceph's own authentication.
 */
const configuration = (folder: string, fsid: string, monitor: string, keyIds: readonly string[]): string => `
[global]
fsid = ${fsid}
mon host = ${monitor}
auth cluster required = none
auth service required = none
auth client required = none
ms cluster mode = crc
ms service mode = crc
ms client mode = crc
ms mon cluster mode = crc
ms mon service mode = crc
ms mon client mode = crc
ms bind ipv4 = true
ms bind ipv6 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
admin socket =
log file = ${folder}/$name.log
log to stderr = false
run dir = ${folder}
pid file =
crash dir = ${folder}
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail crit = 0
mon data avail warn = 0
mon data = ${folder}/mon
mon initial members = a
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd class load list = *
osd class default list = *

[client]
keyring = /dev/null
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = ${storedKeys(keyIds)}
rgw sts key = abcdefghijklmnop
rgw enable usage log = false
rgw thread pool size = 32
rgw run sync thread = false
rgw enable gc threads = false
rgw enable lc threads = false
`;

const run = promisify(execFile);

/** Starts Ceph's gateway on a port of 127.0.0.1. Nothing is kept: `close` removes its folder. */
export async function startRadosgw({ users, keyIds, role }: GatewayOptions): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), 'radosgw-'));
  const servers: ServerProcess[] = [];
  const close = async (): Promise<void> => {
    for (const server of servers.reverse()) await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const start = (command: string, ...args: readonly string[]): ServerProcess => {
    const server = new ServerProcess(command, args);
    servers.push(server);
    return server;
  };
  try {
    const conf = await startStore(folder, keyIds, start);
    const url = await startGateway(conf, start);
    const tokensUrl = await startGateway(conf, start, '--rgw-s3-auth-use-sts=true');
    const admin = (...args: readonly string[]) =>
      run('radosgw-admin', ['-c', conf, '-n', 'client.rgw', ...args]);
    for (const { name, accessKeyId, secretAccessKey } of users) {
      const secrets = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
      await admin('user', 'create', `--uid=${name}`, `--display-name=${name}`, ...secrets);
    }
    const named = `--role-name=${role.name}`;
    await admin('role', 'create', named, `--assume-role-policy-doc=${role.trust}`);
    await admin('role-policy', 'put', named, '--policy-name=all', `--policy-doc=${role.policy}`);
    return { url, tokensUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Start = (command: string, ...args: readonly string[]) => ServerProcess;

async function startGateway(conf: string, start: Start, ...more: readonly string[]): Promise<string> {
  const port = await freePort();
  const frontend = `--rgw-frontends=beast endpoint=127.0.0.1:${port}`;
  const gateway = start('radosgw', '-c', conf, '-n', 'client.rgw', '-f', frontend, ...more);
  const url = `http://127.0.0.1:${port}`;
  await gateway.until(() => fetch(url));
  return url;
}

/** Starts the monitor and the object store; gives their configuration file. */
async function startStore(folder: string, keyIds: readonly string[], start: Start): Promise<string> {
  const fsid = randomUUID();
  const monitor = `[v2:127.0.0.1:${await freePort()}/0]`;
  const conf = join(folder, 'ceph.conf');
  await writeFile(conf, configuration(folder, fsid, monitor, keyIds));
  const map = join(folder, 'monmap');
  await run('monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', monitor, map]);
  await run('ceph-mon', ['-c', conf, '--mkfs', '-i', 'a', '--monmap', map]);
  const ceph = (...args: readonly string[]) => run('ceph', ['-c', conf, '--connect-timeout', '5', ...args]);
  await start('ceph-mon', '-c', conf, '-i', 'a', '-f').until(() => ceph('mon', 'dump'));
  const uuid = randomUUID();
  await mkdir(join(folder, 'osd'));
  await ceph('osd', 'new', uuid);
  await run('ceph-osd', ['-c', conf, '-i', '0', '--mkfs', '--osd-uuid', uuid]);
  start('ceph-osd', '-c', conf, '-i', '0', '-f');
  return conf;
}
