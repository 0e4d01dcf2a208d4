/** A property list in Apple's XML form. Values are JSON; what a property list cannot hold (null) is left out. */
export function propertyList(document: object): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    ...lines(document, ''),
    '</plist>',
    '',
  ].join('\n');
}

function lines(value: unknown, indent: string): string[] {
  const deeper = `${indent}  `;
  if (typeof value === 'boolean') return [`${indent}<${value}/>`];
  if (typeof value === 'number') {
    return [`${indent}${Number.isInteger(value) ? `<integer>${value}</integer>` : `<real>${value}</real>`}`];
  }
  if (typeof value === 'string') return [`${indent}<string>${escaped(value)}</string>`];
  if (Array.isArray(value)) {
    return [`${indent}<array>`, ...value.flatMap((entry) => lines(entry, deeper)), `${indent}</array>`];
  }
  if (typeof value !== 'object' || value === null) return [];
  const members = Object.entries(value).flatMap(([name, member]) => {
    const written = lines(member, deeper);
    return written.length === 0 ? [] : [`${deeper}<key>${escaped(name)}</key>`, ...written];
  });
  return [`${indent}<dict>`, ...members, `${indent}</dict>`];
}

/** Control characters have no place in XML 1.0, not even escaped. */
function escaped(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
