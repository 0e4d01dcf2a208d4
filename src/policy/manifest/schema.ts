import * as z from 'zod/mini';
import { POLICY_MODES, POLICY_STATUSES } from '../bundle.js';

/** `thoth.policy.yaml`. The one description of it: the reader narrows with it, the published JSON Schema is made of it. */

const text = (description: string) => z.string().check(z.trim(), z.minLength(1), z.meta({ description }));

const FRAMEWORKS = ['CEDAR', 'OPA', 'cedar', 'opa', 'rego'] as const;

const settings = {
  assignments: z.optional(
    z
      .union([z.string().check(z.minLength(1)), z.array(z.string().check(z.trim(), z.minLength(1)))])
      .check(z.meta({ description: 'Who is governed: all (the default), agent:<id> or <id>.' })),
  ),
  mode: z.optional(
    z
      .enum(POLICY_MODES)
      .check(z.meta({ description: 'enforce decides (the default); observe only reports.' })),
  ),
  enforcement_mode: z.optional(z.enum(POLICY_MODES).check(z.meta({ description: 'Another name of mode.' }))),
  status: z.optional(
    z.enum([...POLICY_STATUSES, 'disabled']).check(
      z.meta({
        description: 'active goes with enforce, staged with observe, paused (or disabled) with either.',
      }),
    ),
  ),
  description: z.optional(z.string().check(z.trim(), z.meta({ description: 'Free text, shown in lists.' }))),
};

export const bundleSchema = z.strictObject({
  file: text('Policy file, relative to the manifest, with forward slashes.'),
  name: z.optional(text('Name of the bundle; by default the path of the file without its ending.')),
  framework: z.optional(
    z
      .enum(FRAMEWORKS)
      .check(z.meta({ description: 'Policy language; the ending of the file says it already.' })),
  ),
  ...settings,
});

const defaultsSchema = z.strictObject(settings).check(
  z.meta({
    description: 'For every bundle of this manifest, and for policy files below it that no manifest lists.',
  }),
);

export const manifestSchema = z
  .strictObject({
    version: z.optional(z.literal(1).check(z.meta({ description: 'Version of this format.' }))),
    defaults: z.optional(defaultsSchema),
    includes: z.optional(
      z
        .array(z.string().check(z.trim(), z.minLength(1)))
        .check(
          z.meta({ description: 'Further manifests, or folders that hold one, relative to this manifest.' }),
        ),
    ),
    bundles: z.optional(z.array(bundleSchema).check(z.meta({ description: 'Bundles of the tenant.' }))),
  })
  .check(z.meta({ title: 'thothctl policy manifest', description: 'Which policy files are which bundles.' }));

export type BundleDefaults = z.infer<typeof defaultsSchema>;

export const defaultsPart = z.optional(defaultsSchema);
