import type { MessagePort } from 'node:worker_threads';
import { CedarEvaluator } from '../cedar/evaluate.js';
import { loadCedar } from '../cedar/library.js';
import type { PolicyInput } from '../input/build.js';
import { LruMap } from '../lru-map.js';
import { RegoEvaluator } from '../rego/evaluate.js';
import type { BundleSource, BundleVerdict } from '../types.js';
import { failedVerdict } from '../verdict/settle.js';
import { CostWatch } from './cost-watch.js';
import { ALL_CEDAR, Heartbeat, type Phase } from './heartbeat.js';
import { ownThreadId } from './thread-clock.js';
import type { BatchJob, BatchReply, BatchRequest, Lesson } from './messages.js';

const GROUPS = 1024;

interface CedarGroup {
  readonly lessons: readonly Lesson[];
  readonly bundles: readonly BundleSource[];
}

/** Evaluates batches of calls; each engine is loaded when a bundle first needs it. */
export function serveDecisions(port: MessagePort, shared: SharedArrayBuffer): void {
  const heartbeat = new Heartbeat(shared);
  heartbeat.introduce(ownThreadId());
  const lessons = new Map<number, Lesson>();
  const groups = new LruMap<string, CedarGroup>(GROUPS);
  const costs = new CostWatch();
  const slow = new Set<string>();
  let cedar: CedarEvaluator | undefined;
  let rego: RegoEvaluator | undefined;

  port.on('message', (request: BatchRequest) => {
    for (const lesson of request.lessons) lessons.set(lesson.number, lesson);
    const jobs: readonly BatchJob[] = JSON.parse(request.jobs);
    void run(jobs).then((reply) => port.postMessage(reply));
  });
  port.postMessage('ready');

  async function run(jobs: readonly BatchJob[]): Promise<BatchReply> {
    const verdicts: (BundleVerdict | null)[][] = [];
    for (const [index, job] of jobs.entries()) verdicts.push(await decideJob(index, job));
    heartbeat.mark('idle');
    const reply = { verdicts, slow: [...slow] };
    slow.clear();
    return reply;
  }

  async function decideJob(index: number, job: BatchJob): Promise<(BundleVerdict | null)[]> {
    const verdicts = new Map<number, BundleVerdict>();
    const inCedar = cedarOf(job.bundles);
    if (inCedar.lessons.length > 0) {
      heartbeat.mark('prepare', index, ALL_CEDAR);
      cedar ??= new CedarEvaluator(await loadCedar());
      cedar.prepare(inCedar.bundles);
      heartbeat.mark(phaseOf(inCedar.lessons), index, ALL_CEDAR);
      const began = performance.now();
      const found = cedar.evaluate(inCedar.bundles, job.input);
      charge(inCedar.lessons, began);
      inCedar.lessons.forEach((lesson, at) => {
        const verdict = found[at];
        if (verdict !== undefined) verdicts.set(lesson.number, verdict);
      });
    }
    for (const [position, number] of job.bundles.entries()) {
      const lesson = lessons.get(number);
      if (lesson?.bundle.framework === 'OPA')
        verdicts.set(number, await decideRego(lesson, index, position, job.input));
    }
    return job.bundles.map((number) => plain(verdicts.get(number), lessons.get(number)?.bundle));
  }

  /** The Cedar bundles of a list; the same list gives the same arrays, by which their evaluator knows them. */
  function cedarOf(numbers: readonly number[]): CedarGroup {
    const key = numbers.join();
    let group = groups.get(key);
    if (group === undefined) {
      const found = numbers.flatMap((number) => lessons.get(number) ?? []);
      const inCedar = found.filter((lesson) => lesson.bundle.framework === 'CEDAR');
      group = { lessons: inCedar, bundles: inCedar.map((lesson) => lesson.bundle) };
      groups.set(key, group);
    }
    return group;
  }

  function phaseOf(evaluated: readonly Lesson[]): Phase {
    return evaluated.every(({ number }) => costs.knows(number)) ? 'evaluate' : 'first';
  }

  function charge(evaluated: readonly Lesson[], began: number): void {
    const milliseconds = performance.now() - began;
    for (const { number, bundle } of evaluated) if (costs.record(number, milliseconds)) slow.add(bundle.id);
  }

  async function decideRego(
    lesson: Lesson,
    job: number,
    position: number,
    input: PolicyInput,
  ): Promise<BundleVerdict> {
    const { bundle, rego: compilation } = lesson;
    if (!bundle.evaluable) return failedVerdict(bundle, 'it was accepted although it does not parse');
    if (compilation === undefined || !compilation.ok)
      return failedVerdict(bundle, compilation?.failure ?? 'it was not compiled');
    try {
      heartbeat.mark('prepare', job, position);
      rego ??= await RegoEvaluator.create();
      await rego.prepare(bundle, compilation.policy);
      heartbeat.mark(phaseOf([lesson]), job, position);
      const began = performance.now();
      const verdict = rego.evaluate(bundle, compilation.policy, input);
      charge([lesson], began);
      return verdict;
    } catch (error) {
      return failedVerdict(bundle, error instanceof Error ? error.message : 'the evaluation failed');
    }
  }
}

/** Most bundles have nothing to say about a call; null crosses the thread border for free. */
function plain(verdict: BundleVerdict | undefined, bundle: BundleSource | undefined): BundleVerdict | null {
  if (verdict === undefined)
    return bundle === undefined ? null : failedVerdict(bundle, 'it was not evaluated');
  const silent =
    verdict.outcome === 'NO_OPINION' && verdict.flags === undefined && verdict.waives === undefined;
  return silent ? null : verdict;
}
