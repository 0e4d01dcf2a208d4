import type { Step } from '../change/step.js';
import type { PolicyDiff } from '../diff.js';
import { markdownTable } from '../report-forms.js';
import type { ChangeDetail, DetailedDiff } from './detail.js';
import type { RuleChange } from './rules.js';

/** Rows of a pull-request summary; beyond, a count says how many more there are. */
const ROWS = 100;
const PATCH_LINES = 200;

/** What changes, in a sentence each, for people: `block-payments (BLOCK) changed`. */
export function detailText({ name, settings, rules, patch }: ChangeDetail): string {
  const lines = [
    ...settings.map(({ member, from, to }) => `~ ${member}: ${from || '(none)'} → ${to || '(none)'}`),
    ...rules.map((rule) => `${MARKS[rule.change]} ${ruleText(rule)}`),
  ];
  return `--- ${name}\n${lines.map((line) => `${line}\n`).join('')}${patch}`;
}

const MARKS: Readonly<Record<RuleChange['change'], string>> = { added: '+', removed: '-', changed: '~' };

function ruleText({ rule, change, effect, effect_before: before }: RuleChange): string {
  const does = before === undefined ? effect : `${before} → ${effect}`;
  return `rule ${rule}${does === '' ? '' : ` (${does})`} ${change}`;
}

/** Summary of a difference for a pull request. */
export function differenceMarkdown(
  title: string,
  diff: PolicyDiff,
  { details, omitted }: DetailedDiff,
  deletions: readonly Step[] = [],
): string {
  const changes = diff.changes.filter(({ action }) => action !== 'unchanged');
  const create = changes.filter(({ action }) => action === 'create').length;
  const known = new Map(details.map((detail) => [detail.name, detail]));
  const rows = [
    ...changes.map(({ action, desired, members }) => [
      action,
      `\`${desired.name}\``,
      `\`${desired.file}\``,
      action === 'create'
        ? `${desired.framework}, ${desired.mode}, ${desired.assignments.join(' ')}`
        : said(known.get(desired.name)) || members.join(', '),
    ]),
    ...deletions.map(({ name }) => ['**delete**', `\`${name}\``, '', 'every version']),
  ];
  const counts = [
    `${create} to create`,
    `${changes.length - create} to change`,
    ...(deletions.length > 0 ? [`${deletions.length} to delete`] : []),
    `${diff.changes.length - changes.length} unchanged`,
  ];
  return [
    `### ${title}\n\n${counts.join(', ')}\n`,
    rows.length === 0 ? '' : `\n${markdownTable(['', 'Bundle', 'File', 'Detail'], rows.slice(0, ROWS))}`,
    rows.length > ROWS ? `\nand ${rows.length - ROWS} more.\n` : '',
    ...details.filter(({ patch }) => patch !== '').map(folded),
    omitted > 0 ? `\n${omitted} more changed bundles are not shown in detail.\n` : '',
  ].join('');
}

function said(detail: ChangeDetail | undefined): string {
  if (detail === undefined) return '';
  return [
    ...detail.settings.map(({ member, from, to }) => `${member}: ${from || '(none)'} → ${to || '(none)'}`),
    ...detail.rules.map(ruleText),
  ].join('; ');
}

function folded({ name, patch }: ChangeDetail): string {
  const lines = patch.trimEnd().split('\n');
  const shown = lines.slice(0, PATCH_LINES).join('\n');
  const more = lines.length > PATCH_LINES ? `\n… ${lines.length - PATCH_LINES} more lines` : '';
  // A fence longer than any in the text: a policy cannot end the block it is shown in.
  const fence = '`'.repeat(Math.max(3, ...[...shown.matchAll(/`+/gu)].map(([run]) => run.length + 1)));
  const label = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `\n<details><summary>${label}</summary>\n\n${fence}diff\n${shown}${more}\n${fence}\n\n</details>\n`;
}
