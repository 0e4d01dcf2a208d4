import { textList, textMember, type JsonObject } from './json-documents.js';

/** Regimes a preset stands for while the tenant names none itself. */
const PROFILE_REGIMES: Readonly<Record<string, readonly string[]>> = {
  soc2: ['soc2'],
  healthcare: ['soc2', 'hipaa'],
  financial: ['soc2', 'sec_cftc'],
  public_sector: ['soc2', 'fedramp'],
  privacy: ['soc2', 'gdpr'],
  ai_governance: ['soc2'],
};

/** Regimes the tenant has named: the explicit list, else those of a profile it chose. */
export function namedRegimes(settings: JsonObject): readonly string[] {
  const explicit = textList(settings['regulatory_regimes']);
  if (explicit.length > 0) return explicit;
  const profile = textMember(settings, 'compliance_profile');
  const preset =
    profile !== undefined && Object.hasOwn(PROFILE_REGIMES, profile) ? PROFILE_REGIMES[profile] : undefined;
  return preset ?? [];
}

/** Regimes in force: those named, finally `soc2`. */
export function effectiveRegimes(settings: JsonObject): readonly string[] {
  const named = namedRegimes(settings);
  return named.length > 0 ? named : ['soc2'];
}
