// Reads an event stream from a fetch response: EventSource cannot POST.

/**
 * Yields `{name, data}` for each event, and `{name: "comment", data}` for a comment with words.
 * @param {ReadableStream<Uint8Array>} body
 */
export async function* events(body) {
  let rest = "";
  for await (const text of texts(body)) {
    const blocks = (rest + text).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const event = parse(block);
      if (event) yield event;
    }
  }
}

// Not `body.pipeThrough(...)[Symbol.asyncIterator]`: Safari has none.
async function* texts(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parse(block) {
  let name = "message";
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
    else if (line.startsWith(":")) return { name: "comment", data: line.slice(1).trim() };
  }
  return data.length ? { name, data: JSON.parse(data.join("\n")) } : null;
}
