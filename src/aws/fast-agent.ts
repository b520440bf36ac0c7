import { Agent, type ClientRequest } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { S3Endpoint } from './s3-endpoint.ts';

export interface ConnectionsOptions {
  /** How many connections are kept open while idle. */
  readonly idle: number;
  /** Certificates to trust in place of Node's own. */
  readonly ca?: string | undefined;
}

/**
 * Connections to one endpoint, as `node:http` takes them from an agent. Node's own agent costs two fifths of a whole HEAD:
 * for every request it copies its options, writes a name to look them up by and sets the keep-alive of the socket anew.
 */
export class Connections extends Agent {
  readonly protocol: string;
  readonly defaultPort: number;
  readonly #endpoint: S3Endpoint;
  readonly #options: ConnectionsOptions;
  /** The one used last is used first, so that the others grow old and are closed by S3. */
  readonly #free: Socket[] = [];
  #session: Buffer | undefined;

  constructor(endpoint: S3Endpoint, options: ConnectionsOptions) {
    // Node asks an agent of its own for these two things alone.
    super({ keepAlive: true });
    this.defaultPort = endpoint.protocol === 'https:' ? 443 : 80;
    this.protocol = endpoint.protocol;
    this.#endpoint = endpoint;
    this.#options = options;
  }

  /** Called by Node for each request: gives it a connection that is free, or a new one. */
  addRequest(request: ClientRequest): void {
    const free = this.#free.pop();
    if (free === undefined) {
      request.onSocket(this.#open());
      return;
    }
    free.ref();
    request.reusedSocket = true;
    request.onSocket(free);
  }

  /** Closes every connection that is free: what ended one of them, as a frozen function does, has ended them all. */
  closeIdle(): void {
    for (const socket of this.#free.splice(0)) socket.destroy();
  }

  #open(): Socket {
    const socket = this.#connect();
    // An error of a free connection concerns nobody; one that is in use tells its request by itself.
    socket.on('error', () => {});
    socket.on('free', () => this.#keep(socket));
    socket.on('close', () => {
      const at = this.#free.indexOf(socket);
      if (at !== -1) this.#free.splice(at, 1);
    });
    return socket;
  }

  #connect(): Socket {
    const { protocol, hostname: host, port = this.defaultPort } = this.#endpoint;
    if (protocol === 'http:') return connect({ host, port, noDelay: true, keepAlive: true });
    const socket = connectTls({
      ...{ host, port, ALPNProtocols: ['http/1.1'] },
      // The name is checked either way; an address must not be sent as one.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(this.#session === undefined ? {} : { session: this.#session }),
      ...(this.#options.ca === undefined ? {} : { ca: this.#options.ca }),
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    socket.on('session', (session) => {
      this.#session = session;
    });
    return socket;
  }

  #keep(socket: Socket): void {
    if (socket.destroyed || !socket.writable) return;
    if (this.#free.length >= this.#options.idle) {
      socket.destroySoon();
      return;
    }
    // A connection that waits must not keep the process from ending.
    socket.unref();
    this.#free.push(socket);
  }
}
