/** Saving records to a file that somebody else hands in, and saying what is in it. */

import { saveQueueFile } from "../store/queue_file.js";
import { say } from "../ui/dom.js";
import { t, whole } from "../ui/words.js";

/**
 * Save the records of an officer that are not sent (or those of these keys), and say so.
 * @param {number} officerId
 * @param {string[] | null} keys
 */
export async function handOver(officerId, keys = null) {
  const count = await saveQueueFile(officerId, keys);
  if (count === null) return;
  say(
    t(
      `Đã lưu tệp với ${whole(count)} bản ghi để giao cho xã. Bản đang ghi dở không nằm trong tệp.`,
      `A file with ${whole(count)} records is saved, for the commune. Half-done drafts are not in it.`,
    ),
  );
}
