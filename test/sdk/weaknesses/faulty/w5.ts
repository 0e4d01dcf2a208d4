import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter, type Args, type Permitted } from '../plain-adapter.js';

/** Any resolution but a refusal lets the original call run. */
export class Faulty extends PlainAdapter {
  protected override resolved(args: Args, body: Json): Permitted {
    if (body['resolution'] === 'MODIFY') return { effective: args, authorization: 'ALLOW' };
    return super.resolved(args, body);
  }
}
