import type { LocalCredentials, ServiceName } from '../aws.ts';
import type { KeysForS3 } from '../kms/kms.ts';
import { readPath } from '../s3/router.ts';
import type { Caller, LocalRequest, LocalResponse, LocalService } from '../service.ts';
import type { Sns } from '../sns/sns.ts';
import { bucketArn, type Facts, needsOf, viaService } from './actions.ts';
import { type Decision, decide, type Need } from './decide.ts';
import { readPolicy, type Statement } from './policy.ts';
import { refusal } from './refusals.ts';

/** A role by its name, with its identity-based policies as JSON has them. */
export interface RolePolicies {
  readonly account: string;
  readonly name: string;
  readonly policies: readonly unknown[];
}

/** A need that came up, and what was decided. */
export interface Asked extends Need {
  readonly role: string;
  readonly decision: Decision;
}

/**
 * A small IAM: what a caller with the credentials of a role may do is what the role's own policies allow. An account's own
 * credentials (`LOCAL` and twelve digits) may do everything, any other credentials nothing. Policies of resources, session
 * policies, boundaries and organisations are not decided on.
 */
export interface Iam {
  /** Puts a role in place of the one of that name. Throws `UnsupportedPolicy`. */
  setRole(role: RolePolicies): LocalCredentials;
  /** Whether a role may; also for services that the local AWS does not have. */
  may(caller: Pick<Caller, 'accessKeyId' | 'account'>, need: Need): boolean;
  /** Everything that roles have needed so far, in order. */
  asked(): readonly Asked[];
  forget(): void;
  /** The services, answering roles as their policies allow. */
  guard(services: Guarded): Readonly<Record<ServiceName, LocalService>>;
  /** KMS as S3 asks it for its callers, who need a right to the key themselves. */
  keysForS3(keys: KeysForS3): KeysForS3;
}

/** What the table has to know it is told by KMS and SNS. */
export type Guarded = Readonly<Record<ServiceName, LocalService>> & {
  readonly kms: Pick<Facts, 'keyArn'>;
  readonly sns: Pick<Sns, 'masterKey'>;
};

interface Role {
  readonly arn: string;
  readonly name: string;
  readonly statements: readonly Statement[];
}

type Refused = (role: Role, needs: readonly Need[]) => Need | undefined;

export function createIam(): Iam {
  const roles = new Map<string, Role>();
  let asked: Asked[] = [];
  const roleOf = ({ accessKeyId, account }: Pick<Caller, 'accessKeyId' | 'account'>): Role | undefined =>
    accessKeyId === `LOCAL${account}` ? undefined : (roles.get(accessKeyId) ?? nobody(account));
  const refused: Refused = (role, needs) =>
    needs.find((need) => {
      const decision = decide(role.statements, need);
      asked.push({ role: role.name, ...need, decision });
      return decision !== 'allowed';
    });
  return {
    setRole({ account, name, policies }) {
      const accessKeyId = `ROLE${account}${name}`;
      roles.set(accessKeyId, { ...nobody(account, name), statements: policies.flatMap(readPolicy) });
      return { accessKeyId, secretAccessKey: 'local' };
    },
    may: (caller, need) => {
      const role = roleOf(caller);
      return role === undefined || refused(role, [need]) === undefined;
    },
    asked: () => [...asked],
    forget: () => {
      asked = [];
    },
    guard: (services) => {
      const facts: Facts = {
        keyArn: (reference, caller) => services.kms.keyArn(reference, caller),
        topicKey: (topicArn) => services.sns.masterKey(topicArn),
      };
      const guarded = (name: ServiceName): LocalService => ({
        handle: async (request) => {
          const role = roleOf(request.caller);
          if (role === undefined) return services[name].handle(request);
          return answer(name, request, { role, refused, facts, inner: services[name] });
        },
      });
      return { s3: guarded('s3'), kms: guarded('kms'), sns: guarded('sns'), sqs: guarded('sqs') };
    },
    keysForS3: (keys) => ({
      keyArn: (reference, caller) => keys.keyArn(reference, caller),
      managedS3Key: (caller) => keys.managedS3Key(caller),
      refusal: (resource, caller, operation) => {
        const role = roleOf(caller);
        const need = { action: `kms:${operation}`, resource, context: viaService('s3', caller) };
        if (role === undefined || refused(role, [need]) === undefined)
          return keys.refusal(resource, caller, operation);
        return { name: 'AccessDeniedException', message: refusalText(role, need) };
      },
    }),
  };
}

/** Credentials that no role has: they may do nothing. */
const nobody = (account: string, name = 'nobody'): Role => ({
  arn: `arn:aws:sts::${account}:assumed-role/${name}/local`,
  name,
  statements: [],
});

interface Deciding {
  readonly role: Role;
  readonly refused: Refused;
  readonly facts: Facts;
  readonly inner: LocalService;
}

async function answer(
  service: ServiceName,
  request: LocalRequest,
  deciding: Deciding,
): Promise<LocalResponse> {
  const { role, refused, facts, inner } = deciding;
  const needs = needsOf(service, request, facts);
  if (needs === undefined) return refusal(service, request, '', unknownText(role, service, request));
  const missing = refused(role, needs);
  if (missing !== undefined) return refusal(service, request, missing.action, refusalText(role, missing));
  const answered = await inner.handle(request);
  return service === 's3' ? hideMissing(request, answered, deciding) : answered;
}

/** Whoever may not list a bucket is not told that a key is not there: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
async function hideMissing(
  request: LocalRequest,
  answered: LocalResponse,
  { role, refused, inner }: Deciding,
): Promise<LocalResponse> {
  const { bucketName, key } = readPath(request.rawPath);
  if (answered.status !== 404 || key === '' || !['HEAD', 'GET'].includes(request.method)) return answered;
  const bucket = { ...request, method: 'HEAD', rawPath: `/${encodeURIComponent(bucketName)}` };
  // A bucket that is not there is a 404 to everybody.
  const { status } = await inner.handle({ ...bucket, query: new URLSearchParams() });
  if (status === 404) return answered;
  const missing = refused(role, [
    { action: 's3:ListBucket', resource: bucketArn(bucketName, request.caller) },
  ]);
  if (missing === undefined) return answered;
  return refusal('s3', request, missing.action, refusalText(role, missing));
}

const refusalText = ({ arn }: Role, { action, resource }: Need): string =>
  `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;

const unknownText = ({ arn }: Role, service: ServiceName, { method, headers }: LocalRequest): string =>
  `User: ${arn} asks ${service} for ${headers['x-amz-target'] ?? method}, of which the local IAM does not know which action it needs`;
