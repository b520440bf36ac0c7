import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpPool } from '../../src/aws/fast-http.ts';
import { endpointOf } from '../../src/aws/s3-endpoint.ts';

/** Of `localhost` alone, made for this test and good for a hundred years. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghBgeFZyemPZFoDBu
oBdAtVX7iDVJPsyZVyQKwVoWG72hRANCAARGPyiDyJcXIFTGnXJLXOmtU52M4mGG
2dz5EITSFI5NIKoV776fttMO2nxZDmeUlNbaYRyE7m2QOnJEZ4GEbBgL
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUFxhoL5ULIix2B2de9/kE0nGzb9cwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA1MzUxOVoYDzIxMjYxMDI4
MDUzNTE5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARGPyiDyJcXIFTGnXJLXOmtU52M4mGG2dz5EITSFI5NIKoV776fttMO
2nxZDmeUlNbaYRyE7m2QOnJEZ4GEbBgLo2kwZzAdBgNVHQ4EFgQUiY+T/BJq8cOX
I2jtlbY+2kqr7MQwHwYDVR0jBBgwFoAUiY+T/BJq8cOXI2jtlbY+2kqr7MQwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAJGGALpZZurEuYjfA8jNLPAls0erEzaUD8TdWM736Yn6AiEArOoKn/Wb
cShMf4akOfmnSI8Opizm9EEpIpS0b6/kD7I=
-----END CERTIFICATE-----`;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function served() {
  const sockets = new Set<TLSSocket>();
  const names: unknown[] = [];
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (_message, response) => {
    response.writeHead(200, { 'content-length': '1' }).end();
  });
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    names.push(socket.servername);
  });
  await new Promise<void>((listening) => server.listen(0, listening));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const head = async (pool: HttpPool, host: string) => {
    const endpoint = endpointOf(new URL(`https://${host}:${port}/bucket`), 'eu-west-1');
    if (endpoint === undefined) throw new Error('no endpoint');
    const headers = ['host', endpoint.host];
    return pool.exchange({ endpoint, method: 'HEAD', path: '/bucket/key', headers });
  };
  return { head, sockets, names };
}

describe('HttpPool over TLS', () => {
  it('names the host, and uses one connection for requests that follow each other', async () => {
    const { head, sockets, names } = await served();
    const pool = new HttpPool({ ca: CERTIFICATE });
    for (let i = 0; i < 3; i++) expect((await head(pool, 'localhost')).status).toBe(200);
    expect(sockets.size).toBe(1);
    expect(names).toEqual(['localhost']);
  });

  it('resumes the session on another connection', async () => {
    const { head, sockets } = await served();
    const pool = new HttpPool({ ca: CERTIFICATE });
    await head(pool, 'localhost');
    await Promise.all([head(pool, 'localhost'), head(pool, 'localhost')]);
    expect([...sockets].map((socket) => socket.isSessionReused())).toEqual([false, true]);
  });

  it('refuses a certificate that is not trusted, and one of another name', async () => {
    const { head } = await served();
    await expect(head(new HttpPool(), 'localhost')).rejects.toThrow('self-signed certificate');
    await expect(head(new HttpPool({ ca: CERTIFICATE }), '127.0.0.1')).rejects.toThrow(
      "does not match certificate's altnames",
    );
  });
});
