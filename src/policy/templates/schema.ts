import * as z from 'zod/mini';
import { SENSITIVITY_LABELS } from '../../engine/sensitivity.js';

/** `principals.yaml`, `resources.yaml` and `grants.yaml`. The reader narrows with these, the published JSON Schemas are made of them. */

const text = (description: string) => z.string().check(z.trim(), z.minLength(1), z.meta({ description }));
const list = <T extends z.ZodMiniType>(item: T, description: string) =>
  z.array(item).check(z.minLength(1), z.meta({ description }));
const number = (max: number, description: string) =>
  z.optional(z.number().check(z.gte(0), z.lte(max), z.meta({ description })));
const version = z.optional(z.literal(1).check(z.meta({ description: 'Version of this format.' })));
const label = z.enum(SENSITIVITY_LABELS);

export const principalsSchema = z
  .strictObject({
    version,
    agents: z.optional(
      list(
        z.strictObject({
          name: text('Agent id, as calls name it.'),
          description: z.optional(text('Free text.')),
        }),
        'Agents. One without a grant may call no tool.',
      ),
    ),
    human_roles: z.optional(
      list(
        z.strictObject({
          name: text('`human_role` of the identity binding of a call.'),
          google_group: z.optional(text('Group that has the role: one of `human_groups`.')),
          description: z.optional(text('Free text.')),
        }),
        'Roles of the people agents work for.',
      ),
    ),
  })
  .check(
    z.meta({ title: 'thothctl principals', description: 'Agents and human roles that grants are made to.' }),
  );

const resource = z.strictObject({
  name: text('Name that grants use.'),
  category: z
    .enum(['indexed', 'live_data', 'model'])
    .check(z.meta({ description: 'What kind of resource it is.' })),
  allowed_tools: z.optional(list(text('Exact tool name.'), 'Tools that reach the resource.')),
  default_classification: z.optional(
    label.check(z.meta({ description: 'Class of the data of a call that declares none.' })),
  ),
  description: z.optional(text('Free text.')),
});

export const resourcesSchema = z
  .strictObject({
    version,
    resources: list(resource, 'What may be granted.'),
    purpose_sensitivity: z.optional(
      z.record(text('Purpose.'), z.array(label)).check(
        z.meta({
          description:
            'Purpose to the classes of data a call may read for it. Any other purpose reads public data only. Absent: every purpose reads everything.',
        }),
      ),
    ),
  })
  .check(z.meta({ title: 'thothctl resources', description: 'Tools by what they reach.' }));

const controls = z
  .strictObject({
    mismatch_boost: number(100, 'Risk points for a purpose or sensitivity mismatch, 0 to 100.'),
    delegation_boost: number(100, 'Risk points for a delegated call, 0 to 100.'),
    trust_floor: number(1, 'Confidence below which signals are ignored, 0 to 1.'),
    critical_threshold: number(1, 'Risk from which a call is at least held, 0 to 1.'),
  })
  .check(z.meta({ description: 'Controls of the packs of an agent; of several grants the strictest.' }));

const packs = z.optional(list(text('Pack id.'), 'Packs the agents get, with the controls of their grants.'));

const grantSchema = z.strictObject({
  principal: text('agent:<name> or role:<name>.'),
  resources: z.optional(
    list(
      z.strictObject({
        name: text('Resource.'),
        allowed_purposes: z.optional(
          list(text('Purpose.'), 'Purposes the resource may be used for; any when absent.'),
        ),
        behavioral_controls: z.optional(controls),
      }),
      'Resources the principal may use.',
    ),
  ),
  models: z.optional(
    list(
      z.strictObject({
        name: text('Resource of the category `model`.'),
        token_budget_daily: z.optional(z.int().check(z.positive(), z.meta({ description: 'Tokens a day.' }))),
      }),
      'Models the principal may use.',
    ),
  ),
});

export const grantsSchema = z
  .strictObject({ version, packs, grants: list(grantSchema, 'Who may use what, and for what.') })
  .check(z.meta({ title: 'thothctl grants', description: 'Who may use which resources.' }));

export type Principals = z.infer<typeof principalsSchema>;
export type Resources = z.infer<typeof resourcesSchema>;
export type Grants = z.infer<typeof grantsSchema>;
export type Resource = z.infer<typeof resource>;
export type Controls = z.infer<typeof controls>;
