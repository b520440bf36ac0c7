import type { AlertMessage } from './alert-sink.ts';
import { attributesOf } from './attributes.ts';
import type { Digest } from './digest.ts';
import { jsonForm } from './json-form.ts';
import { mailText } from './mail.ts';
import { shortenToFit } from './shorten.ts';
import { subjectOf } from './subject.ts';

/** The message for programs: the digest as JSON, by `schemas/alert.schema.json`. */
export const programMessage = (digest: Digest): AlertMessage => message(digest, jsonForm);

/** The message for people: a text to act on without decoding anything. */
export const mailMessage = (digest: Digest): AlertMessage => message(digest, mailText);

/**
 * Both forms for one topic, as the document that `MessageStructure: json` takes.
 * AWS documents that attributes are not delivered with it, so that subscriptions cannot filter by them.
 */
export const perProtocolMessage = (digest: Digest): AlertMessage => message(digest, perProtocolBody);

function message(digest: Digest, body: (digest: Digest) => string): AlertMessage {
  const subject = subjectOf(digest);
  const attributes = attributesOf(digest);
  return shortenToFit(digest, (shortened) => ({ subject, body: body(shortened), attributes }));
}

function perProtocolBody(digest: Digest): string {
  const json = jsonForm(digest);
  return jsonForm({ default: json, email: mailText(digest), sqs: json, https: json, lambda: json });
}
