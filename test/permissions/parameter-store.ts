import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Site } from './site.ts';

const CREDENTIAL = /Credential=([^/]+)\/\d{8}\/([a-z0-9-]+)\/ssm\//;

/** As much of SSM as reads a policy: GetParameter of one parameter, for whoever the site's IAM lets. */
export async function startParameterStore(site: Site, account: string, parameter: string, Value: string) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { Name }: { readonly Name?: string } = JSON.parse(Buffer.concat(chunks).toString());
    const [, accessKeyId = '', region = ''] = CREDENTIAL.exec(request.headers.authorization ?? '') ?? [];
    const resource = `arn:aws:ssm:${region}:${account}:parameter/${Name?.replace(/^\//, '')}`;
    const allowed = site.iam.may({ accessKeyId, account }, { action: 'ssm:GetParameter', resource });
    const answer =
      allowed && Name === parameter
        ? { Parameter: { Name, Type: 'String', Value } }
        : { __type: allowed ? 'ParameterNotFound' : 'AccessDeniedException', message: `no ${resource}` };
    response.writeHead('Parameter' in answer ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
