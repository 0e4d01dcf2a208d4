import type { SENSITIVITY_LABELS } from '../sensitivity.js';
import type { ActionClass } from '../types.js';

/** When a rule of a pack holds: all conditions given, and none given holds always. Members as the API shows them. */
export interface PackCondition {
  readonly action_classes?: readonly ActionClass[];
  /** Tool names; `*` stands for any text, letters count without case. */
  readonly tools?: readonly string[];
  /** The call declares data of at least this label. */
  readonly min_sensitivity?: (typeof SENSITIVITY_LABELS)[number];
  /** The call declares one of these purposes, without regard to case; '' is a call that declares none. */
  readonly purposes?: readonly string[];
  /** The call declares none of these purposes. */
  readonly purposes_other_than?: readonly string[];
  /** The call was passed on by another agent. */
  readonly delegated?: boolean;
}

/** A rule can only make a decision stricter. */
export interface PackRule {
  readonly id: string;
  readonly effect: 'BLOCK' | 'STEP_UP' | 'DEFER';
  readonly reason: string;
  /** The control of the regulation it stands for. */
  readonly control: string;
  readonly when: PackCondition;
}

/** Source: upstream reference 8.3. */
export interface BehavioralControls {
  /** Risk points, 0 to 100, for a purpose or sensitivity mismatch. */
  readonly mismatchBoost: number;
  /** Risk points, 0 to 100, for a delegated call. */
  readonly delegationBoost: number;
  /** 0 to 1: signals of less confidence are ignored. */
  readonly trustFloor: number;
  /** 0 to 1: at this normalised risk or above the call is at least held. */
  readonly criticalThreshold: number;
}

/** Rules never change under a number; a change of the pack is the next one. */
export interface PackVersion {
  readonly ruleVersion: number;
  readonly packVersion: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly controls: BehavioralControls;
  readonly rules: readonly PackRule[];
}

export interface Pack {
  readonly id: string;
  readonly name: string;
  /** The word of `regulatory_regimes` that asks for the pack. */
  readonly regime: string;
  readonly description: string;
  /** Oldest first; never empty. */
  readonly versions: readonly [PackVersion, ...PackVersion[]];
}

/** A version in force for an agent. */
export interface LoadedPack {
  readonly packId: string;
  readonly ruleVersion: number;
  /** `<pack>@<rule version>`. */
  readonly reference: string;
  /** Only calls of this environment; undefined means every call. */
  readonly environment: string | undefined;
  readonly controls: BehavioralControls;
  readonly rules: readonly PackRule[];
}

/** The packs of a tenant: those its regimes load for everyone, and those assigned to single agents. */
export interface PackBook {
  readonly everyone: readonly LoadedPack[];
  readonly byAgent: ReadonlyMap<string, readonly LoadedPack[]>;
}

export const NO_PACKS: PackBook = { everyone: [], byAgent: new Map() };
