/** What each remedy says, by its code. */
export const REMEDY_TEXTS = {
  NO_FILE_SYSTEM_CACHE:
    'If one Spark or Hadoop application writes under several keys, switch off the file system cache that keeps the first settings: fs.s3.impl.disable.cache=true for s3:// paths, fs.s3a.impl.disable.cache=true for s3a:// paths; on EMRFS switch off its S3-optimized committer with it. Each use of a path then makes a client of its own, which takes time and memory: try this on a test prefix first.',
  ONE_APPLICATION_PER_KEY:
    'Or run one application for each key, so that the settings of a client never change while it lives.',
  BUCKET_DEFAULT_ENCRYPTION:
    'Or set the default encryption of the bucket to the key that the policy names and have the writer ask for none; one bucket has one default, so this fits where one key governs the whole bucket.',
  NAME_THE_KEY:
    'Name the key in the writer by its full ARN: fs.s3.serverSideEncryption.kms.keyId for EMRFS, fs.s3a.encryption.key for S3A, the KMS key id of the request elsewhere; or set it as the default encryption of the bucket.',
  ASK_FOR_ENCRYPTION:
    'Configure encryption in the writer: it asks for none, or for another kind, so S3 applied its default. Have it name the kind and the key that the policy wants, or set both as the default encryption of the bucket.',
  ADD_STANDING_KEY:
    'Name in the policy the key that is to be used now, or move the last day (until) of one that it names: every key of the rule is past its last day.',
  USE_KEY_ARN:
    "Name the key by its full ARN, not by an alias or a bare id: in a request, and in a bucket's default encryption, these are resolved in the account of the writer.",
  REENCRYPT:
    "Mend the objects that are there. Where S3 reports SSE-S3 or SSE-KMS: aws s3api update-object-encryption --bucket BUCKET --key KEY --object-encryption 'SSEKMS={KMSKeyArn=KEY_ARN,BucketKeyEnabled=true}' (false where the policy forbids an S3 Bucket Key) changes the key in place; KEY_ARN is a full key ARN of the account that owns the bucket. It does not work for DSSE-KMS, nor under an Object Lock retention or legal hold. Else copy the object over itself with the encryption that the policy wants.",
  COPY_OVER:
    'Mend the objects that are there: copy each over itself with the encryption that the policy wants. UpdateObjectEncryption does not work from SSE-C or from no encryption; to copy from SSE-C the key of its writer is needed.',
  BLOCK_SSE_C:
    'Block SSE-C on the bucket: BlockedEncryptionTypes SSE-C in its default encryption refuses new writes with a key supplied by the writer.',
  SET_BUCKET_KEY:
    "Set the S3 Bucket Key in the writer or in the default encryption of the bucket as the policy wants it; for objects that are there: aws s3api update-object-encryption --bucket BUCKET --key KEY --object-encryption 'SSEKMS={KMSKeyArn=KEY_ARN,BucketKeyEnabled=true}' (or false).",
  ENABLE_KEY:
    'Enable the key: aws kms enable-key --key-id KEY_ARN. Until then the objects cannot be decrypted.',
  CANCEL_KEY_DELETION:
    'Cancel the deletion of the key while it is pending: aws kms cancel-key-deletion --key-id KEY_ARN, then aws kms enable-key. Once the key is deleted nothing can decrypt the objects. If the deletion is meant, re-encrypt the objects before it.',
  IMPORT_KEY_MATERIAL:
    'Import the key material again: the key has none, and until then the objects cannot be decrypted.',
  CONFIGURE_CLIENT_SIDE:
    'Configure the client-side encryption of the writer as the policy wants it (key, wrap, format, content algorithm, context or description). A client that is set up once writes everything with the same settings: use one for each rule.',
  ENABLE_CLIENT_SIDE:
    'Switch on client-side encryption in the writer: fs.s3.cse.enabled=true for EMRFS, fs.s3a.encryption.algorithm=CSE-KMS for S3A, a class of your own where the rule asks for no KMS key, else an S3 encryption client. S3A wraps the data key with kms+context, which does not name the key: see that the rule allows it. A client encrypts on its side or asks S3 to encrypt, not both; the outer layer is then the default encryption of the bucket.',
  DISABLE_CLIENT_SIDE:
    'Switch off client-side encryption in the writer, or allow it in the policy if it is meant.',
  REWRITE_CLIENT_SIDE:
    'Write the objects that are there once more with the right client: S3 cannot change the inner layer, so they must be read with the old settings, or made again from their source. A copy within S3 changes nothing of it.',
  RESTORE_ENVELOPE:
    'Write the object again from its source, or restore its metadata from an earlier version: without a whole envelope the data cannot be decrypted. See whether a copy has dropped or replaced metadata.',
  RESTORE_INSTRUCTION_FILE:
    'Restore the instruction file from an earlier version, or write the object again from its source: without it the data cannot be decrypted.',
  CHECK_COMPANION:
    'See which of the two, the object or its instruction file, is left over from an earlier write or a deletion; remove it only when the other has been shown to be readable.',
  CHECK_BUCKET: 'See whether the bucket still exists, and run the auditor in the Region of the bucket.',
  FIX_POLICY_KEY:
    "See whether the key or alias exists in the account of the auditor and in the bucket's Region; create it, or correct the policy. A full key ARN in the policy needs no look-up.",
  GRANT_DESCRIBE_KEY:
    'Allow the role of the auditor kms:DescribeKey on the key, in its own IAM policy and, for a key of another account, in the key policy too.',
  NAME_KEY_ARN:
    'Name the key in the policy by its full ARN, and give the writer one too: what was found, or what a path put into an alias name, is not looked up in KMS.',
  LIST_ALIAS:
    "List the writer's alias beside its key in the policy: keys: { NAME: { key: KEY_ARN, aliases: [ALIAS] } }.",
  CHECK_PROOF:
    'See the state and the key policy of each key that the rule names (kms:Decrypt for the role of the auditor), and the answers above; what is not proven may still be right.',
  PROVE_OR_RESTRICT:
    'Add proof: decrypt-dry-run to the rule (it needs kms:Decrypt), or have the writer use the wrap kms, which names the key.',
  SHORTEN_METADATA:
    'Write the object again with less user metadata, or with names and values in ASCII: S3 does not return the others as headers.',
  UPDATE_AUDITOR:
    'Look at the object by hand, and see whether a newer release of the auditor knows this kind of encryption.',
  INSPECT: 'Look at the object by hand with the command below, and compare with the policy.',
  FIX_ROUTE:
    'See how events reach the auditor: S3 notifications carry form-encoded keys, EventBridge carries them as they are, and something on the way has changed them.',
  READ_INSTRUCTION_FILE:
    'Allow the auditor to read the instruction file (s3:GetObject; under SSE-KMS also kms:Decrypt by way of S3), or repair it if it is no JSON.',
  AUDIT_CURRENT_VERSION:
    'Audit the current version; of an earlier one it cannot be told which instruction file belonged to it.',
  RETRY_LATER:
    'Audit again later; if it keeps failing, look at the service health and the quotas of the account.',
  ADD_RULE:
    'Add a rule for the prefix to the policy, or an exemption with a reason; s3-encryption-auditor policy explain shows why no rule governs an object.',
} as const satisfies Readonly<Record<string, string>>;

export type RemedyCode = keyof typeof REMEDY_TEXTS;
