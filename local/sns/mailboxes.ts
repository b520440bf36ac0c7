/** A mail as its reader sees it. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/** The mail that topics sent, kept in place of a mail server. */
export class Mailboxes {
  readonly #mails = new Map<string, Mail[]>();

  add(topicArn: string, mail: Mail): void {
    this.of(topicArn).push(mail);
  }

  of(topicArn: string): Mail[] {
    const mails = this.#mails.get(topicArn) ?? [];
    this.#mails.set(topicArn, mails);
    return mails;
  }
}
