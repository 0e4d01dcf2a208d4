import fc from 'fast-check';

/**
 * What lands must not depend on luck: property tests draw the same cases every time. Explore others with
 * `THOTHCTL_PROPERTY_SEED=$RANDOM npx vitest run test/…`; a failure prints its own seed too.
 */
fc.configureGlobal({ seed: Number(process.env['THOTHCTL_PROPERTY_SEED'] ?? 20_261_120) });
