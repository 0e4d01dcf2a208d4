import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const Reported = z.array(
  z.object({ id: z.string(), name: z.string(), status: z.string(), errorMessage: z.optional(z.string()) }),
);

/** One check of the official suite, with what came of it. */
export interface Check {
  /** `scenario/id`, with the name and a number where a scenario makes a check of one id several times. */
  readonly key: string;
  /** `scenario/id` alone. */
  readonly check: string;
  readonly status: string;
  readonly message: string | undefined;
}

/** Checks that a run of the suite left in its output folder, one folder for each scenario. */
export function readChecks(folder: string): Check[] {
  return readdirSync(folder)
    .toSorted()
    .flatMap((entry) => {
      const scenario = /^(?:server-)?(.+)-\d{4}-\d\d-\d\dT[\dZ-]+$/u.exec(entry)?.[1];
      if (scenario === undefined) return [];
      const reported = Reported.parse(JSON.parse(readFileSync(join(folder, entry, 'checks.json'), 'utf8')));
      const seen = new Map<string, number>();
      return reported.map(({ id, name, status, errorMessage }) => {
        const named = `${scenario}/${id} ${name}`;
        const nth = (seen.get(named) ?? 0) + 1;
        seen.set(named, nth);
        const key = nth === 1 ? named : `${named} ${nth}`;
        return { key, check: `${scenario}/${id}`, status, message: errorMessage };
      });
    });
}

export interface Loss {
  readonly key: string;
  /** What the suite said of it through the proxy; `NOT MADE` when it did not come that far. */
  readonly status: string;
  readonly message: string | undefined;
}

/** Checks that pass on the server itself and do not pass through the proxy, except for those that do not apply to it. */
export function losses(
  direct: readonly Check[],
  through: readonly Check[],
  exempt: ReadonlySet<string> = new Set(),
): Loss[] {
  const found = new Map(through.map((check) => [check.key, check]));
  return direct
    .filter(({ status, check }) => status === 'SUCCESS' && !exempt.has(check))
    .map(({ key }) => found.get(key) ?? { key, status: 'NOT MADE', message: undefined })
    .filter(({ status }) => status !== 'SUCCESS');
}

/** How many checks ended otherwise through the proxy, in whatever direction; what is only told does not count. */
export function differences(
  direct: readonly Check[],
  through: readonly Check[],
  exempt: ReadonlySet<string> = new Set(),
): number {
  const results = (checks: readonly Check[]) => {
    const counted = checks.filter(({ status, check }) => status !== 'INFO' && !exempt.has(check));
    return new Map(counted.map(({ key, status }) => [key, status]));
  };
  const [here, there] = [results(direct), results(through)];
  return [...new Set([...here.keys(), ...there.keys()])].filter((key) => here.get(key) !== there.get(key))
    .length;
}

/** How many of the checks that can fail passed: `[84, 84]`. */
export function score(checks: readonly Check[]): [passed: number, of: number] {
  const passed = checks.filter(({ status }) => status === 'SUCCESS').length;
  return [passed, passed + checks.filter(({ status }) => status === 'FAILURE').length];
}
