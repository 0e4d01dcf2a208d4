/** A4 in points, with 10-point lines of a font every reader has. */
const PAGE = { width: 595, height: 842, left: 56, top: 780, leading: 14, lines: 50 };
const FONT_OBJECT = 3;
const FIRST_PAGE_OBJECT = 4;

/**
 * Lines of text as a PDF 1.4 document (ISO 32000-1, 7.5). Nothing in it depends on time or chance, and all of it is ASCII,
 * so that the offsets of its cross-reference table are positions in the text as well. A character outside ASCII becomes a
 * question mark.
 */
export function pdfOf(lines: readonly string[]): string {
  const pages: string[][] = [];
  for (let from = 0; from < lines.length; from += PAGE.lines) {
    pages.push(lines.slice(from, from + PAGE.lines));
  }
  const pageIds = pages.map((_, index) => FIRST_PAGE_OBJECT + 2 * index);
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${pageIds.map((id) => `${id} 0 R`).join(' ')}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>',
    ...pages.flatMap((page, index) => pageObjects(page, FIRST_PAGE_OBJECT + 2 * index + 1)),
  ];

  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  // Every entry of the table is exactly twenty bytes long.
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
  return [
    `${text}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries.join('')}`,
    `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`,
  ].join('');
}

/** The page and the stream that fills it, which is the object after it. */
function pageObjects(lines: readonly string[], contentId: number): [string, string] {
  const { width, height, left, top, leading } = PAGE;
  const shown = lines.map((line) => `(${escaped(line)}) Tj T*`).join('\n');
  const stream = `BT\n/F1 10 Tf\n${leading} TL\n${left} ${top} Td\n${shown}\nET`;
  return [
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Resources << /Font << /F1 ${FONT_OBJECT} 0 R >> >> /Contents ${contentId} 0 R >>`,
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
  ];
}

function escaped(line: string): string {
  return line.replaceAll(/[^ -~]/gu, '?').replaceAll(/[\\()]/gu, String.raw`\$&`);
}
