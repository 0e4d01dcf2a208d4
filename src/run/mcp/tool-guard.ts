import type { Session } from '../../sdk/session.js';
import type { ToolPins } from '../pins/tool-pins.js';
import type { ScannedMessage } from './json-scan.js';
import { listsTools, narrowToolList, toolsOf } from './tool-list.js';

/** What an agent may see of a server's tools, and which of them must not even be decided. */
export class ToolGuard {
  readonly #observing: boolean;

  constructor(
    private readonly session: Session,
    /** False: tools out of reach are listed all the same. */
    private readonly filter: boolean,
    private readonly pins: ToolPins | undefined,
  ) {
    this.#observing = session.config.enforcement === 'observe';
  }

  /** True when the server told another definition of the tool than the pinned one. */
  isQuarantined(toolName: string): boolean {
    return !this.#observing && this.pins?.isQuarantined(toolName) === true;
  }

  /**
   * A message of the server as the client gets it: a tool list loses what the agent cannot use. Undefined when the list
   * could be read in two ways, so that another one than was checked might reach the model.
   */
  view(line: Buffer, scanned: ScannedMessage): Buffer | undefined {
    const tools = toolsOf(line, scanned);
    if (tools === undefined) return this.#observing || !listsTools(line, scanned) ? line : undefined;
    if (scanned.ambiguousTop || scanned.ambiguousBelow) return this.#observing ? line : undefined;
    const pinned = this.pins?.admit(tools) ?? tools.map(() => true);
    if (this.#observing) return line;
    const keep = tools.map(
      ({ name }, index) =>
        pinned[index] === true &&
        !(this.filter && typeof name === 'string' && this.session.isOutOfReach(name)),
    );
    return keep.includes(false) ? narrowToolList(line, scanned, keep) : line;
  }
}
