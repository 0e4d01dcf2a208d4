#!/usr/bin/env -S node --import tsx
// Runs thothctl from its TypeScript sources, for contributors: node --import tsx bin/dev.js …
import { register } from 'tsx/esm/api';

register();
const { runFromSources } = await import('../src/cli/boot/dev.ts');
await runFromSources(process.argv.slice(2));
