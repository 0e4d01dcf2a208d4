import { Flags } from './flags.js';

/** Where a change of policy comes from; recorded with the versions it makes. */
export const provenanceFlags = {
  'git-commit': Flags.string({
    description: 'commit to record with the versions [default: from the pipeline, then git]',
    helpValue: '<sha>',
  }),
  'git-author': Flags.string({
    description: 'author to record [default: from the pipeline, then git]',
    helpValue: '<name>',
  }),
  'run-url': Flags.string({
    description: 'pipeline run to record [default: from the pipeline]',
    helpValue: '<url>',
  }),
};
