import type { Caller } from '../service.ts';
import type { KeyStore } from './keystore.ts';
import { accessDenied } from './operation.ts';

export interface ControlledKey {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  /** With its `alias/` prefix. */
  readonly alias?: string;
}

/** What a test does to KMS from inside the process. */
export interface KmsControl {
  /** Denies one operation (or `'*'`) to an account, on one key ARN or on `'all'`; `denied: false` takes it back. */
  setDenied(account: string, keyArnOrAll: string, operation: string, denied?: boolean): void;
  /** Answers the next `count` requests with `ThrottlingException`. */
  throttleNext(count: number): void;
  /** Makes a key with a given id, and its alias; answers the key ARN. */
  createKey(key: ControlledKey): string;
}

export interface ControlHooks {
  readonly control: KmsControl;
  readonly authorize: (caller: Caller, operation: string, keyArn: string | undefined) => void;
  /** Whether this request is to be throttled; counts it. */
  readonly throttled: () => boolean;
}

/** The controls, and the hooks by which the service obeys them. */
export function createKmsControl(store: KeyStore): ControlHooks {
  const denials = new Set<string>();
  let toThrottle = 0;
  return {
    control: {
      setDenied(account, keyArnOrAll, operation, denied = true) {
        const denial = `${account} ${keyArnOrAll} ${operation}`;
        if (denied) denials.add(denial);
        else denials.delete(denial);
      },
      throttleNext(count) {
        toThrottle = count;
      },
      createKey({ alias, ...key }) {
        const primaryRegion = key.keyId.startsWith('mrk-') ? key.region : undefined;
        const { arn, keyId } = store.create({ ...key, primaryRegion });
        if (alias !== undefined) store.setAlias(key, alias, keyId);
        return arn;
      },
    },
    authorize(caller, operation, keyArn) {
      if (denials.size === 0) return;
      const denied = ['all', ...(keyArn === undefined ? [] : [keyArn])].some(
        (key) =>
          denials.has(`${caller.account} ${key} ${operation}`) || denials.has(`${caller.account} ${key} *`),
      );
      if (denied) throw accessDenied(caller, operation, keyArn);
    },
    throttled() {
      if (toThrottle === 0) return false;
      toThrottle -= 1;
      return true;
    },
  };
}
