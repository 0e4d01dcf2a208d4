import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter, type Refusal } from '../plain-adapter.js';

/** The text of the reason decides what kind of error it is. */
export class Faulty extends PlainAdapter {
  protected override refusal(reason: string, members: Json): Refusal {
    const token = /hold_token=(\w+)/.exec(reason)?.[1];
    const error = super.refusal(reason, members);
    return token === undefined
      ? error
      : Object.assign(error, { name: 'ThothStepUpRequired', holdToken: token });
  }
}
