import { assertNever } from '../../src/objects/assert-never.ts';
import { ENDPOINT_NAMES, type Endpoint, type EndpointName, type NoEndpoint } from './endpoint.ts';

/** Starts, or finds, the endpoint that `ENDPOINT` names; moto where it names none. */
export function chosenEndpoint(
  chosen: string = process.env.ENDPOINT || 'moto',
): Promise<Endpoint | NoEndpoint> {
  const name = ENDPOINT_NAMES.find((known) => known === chosen);
  if (name === undefined)
    throw new Error(`ENDPOINT is ${chosen}, expected one of ${ENDPOINT_NAMES.join(', ')}`);
  return started(name);
}

async function started(name: EndpointName): Promise<Endpoint | NoEndpoint> {
  // Each is loaded only where it is wanted: the gateway brings the local AWS along.
  switch (name) {
    case 'moto':
      return (await import('./moto.ts')).startMoto();
    case 'radosgw':
      return (await import('./radosgw-endpoint.ts')).radosgwEndpoint();
    case 'env':
      return (await import('./environment.ts')).environmentEndpoint();
    default:
      return assertNever(name);
  }
}
