import { ThothCommand } from '../../cli/command.js';
import { bearerOf } from '../../journeys/sign-in/index.js';
import type { Result } from '../../output/port.js';

export default class AuthToken extends ThothCommand<typeof AuthToken> {
  static override summary = 'Print the admin token in use, for a script; treat the output as a secret';
  static override examples = ['curl -H "Authorization: Bearer $(<%= config.bin %> auth token)" …'];

  async execute(): Promise<Result> {
    const bearer = bearerOf(await this.connection());
    return { data: bearer, view: { kind: 'text', text: bearer.token } };
  }
}
