/**
 * The shapes of what the app keeps and sends, for its readers and for the check of types; no phone loads this.
 *
 * @typedef {{vi: string, en: string}} Texts A sentence in both languages.
 *
 * --- forms, as the server writes them (survey/questionnaire/phone.py)
 *
 * @typedef {object} Condition
 * @property {any[]} tree
 * @property {Object<string, string>} kinds Name of an answer -> truth, number, date or choice.
 *
 * @typedef {object} Doubt What can hardly be otherwise; `question` says where to look.
 * @property {string} code
 * @property {string} question
 * @property {Condition} holds
 * @property {Texts} labels
 *
 * @typedef {object} Question
 * @property {string} code
 * @property {string} kind
 * @property {Texts} labels
 * @property {Partial<Texts>} hints
 * @property {string | null} fact What the law calls the answer.
 * @property {boolean} private
 * @property {string | null} unit
 * @property {{code: string, labels: Texts}[]} choices
 * @property {any} minimum
 * @property {any} maximum
 * @property {number | null} max_length
 * @property {string | null} pattern
 * @property {boolean} required
 * @property {boolean} expected
 * @property {Condition | null} when Under which answers it is asked.
 * @property {Question[]} columns
 * @property {number} max_rows
 * @property {{holds: Condition, labels: Texts}[]} checks
 * @property {Doubt[]} doubts
 *
 * @typedef {object} Form
 * @property {string} code "household" for a survey, else the kind of an act.
 * @property {number} version
 * @property {Texts} labels
 * @property {{holds: Condition, labels: Texts}[]} checks
 * @property {Doubt[]} doubts
 * @property {{code: string, labels: Texts, questions: Question[]}[]} sections
 *
 * @typedef {object} ActKind What is true of a kind of act that a phone offers (survey/cases/machine.toml).
 * @property {boolean} of_village It is done for all of a village at once.
 * @property {boolean} building It tells how far the house is.
 * @property {boolean} at_house It is seen at the house.
 * @property {string | null} sign Two letters before its line.
 *
 * @typedef {Object<string, any>} Answers Code of a question -> its answer; an absent one is not there.
 *
 * --- what is being filled in
 *
 * @typedef {object} Photo
 * @property {string} sha256
 * @property {string} slot
 * @property {number} size_bytes
 * @property {string} content_type
 * @property {{lon?: number, lat?: number, taken_at?: string} | null} [fix] What the camera wrote into the file.
 *
 * @typedef {object} Draft
 * @property {string} id The envelope's id from the first version on.
 * @property {number} officer
 * @property {"survey" | "act"} kind
 * @property {string} form
 * @property {number} form_version
 * @property {number} base_version The version this one changes; 0: none.
 * @property {Answers} answers
 * @property {Photo[]} photos
 * @property {{code: string, at: number}[]} changes Answers changed after their result was seen.
 * @property {{page?: string, question?: string | null} | null} at Where somebody was.
 * @property {string} started_at
 * @property {number} [saved_at]
 * @property {string[] | null} [seen] Answers on which the result rested that was seen.
 * @property {string | null} [taking] The slot for which the camera is open.
 * @property {string} [is_about] The household or village it was begun for.
 * @property {string} [asked_for] Why it is mended, or what to know before.
 * @property {string} [corrects] Key of the record that it corrects.
 * @property {Answers} [payload] The answers that are asked, once it is finished.
 * @property {string} [captured_at]
 * @property {boolean} [isUnreadable] This phone damaged it: only its id is known.
 *
 * @typedef {Draft & {payload: Answers, captured_at: string}} FinishedDraft
 *
 * @typedef {object} FormContext What a page of an open form may know and do.
 * @property {Draft} draft
 * @property {Form} form
 * @property {() => Answers} values Those of the form, or of the row that a question stands in.
 * @property {(question: Question, value: any) => any} change
 * @property {() => Promise<void>} save
 * @property {(close: () => void) => any} onClose
 * @property {(question: Question) => boolean} isFixed
 * @property {(one: Household) => boolean} isNear
 * @property {(one: Household) => boolean} isWaiting
 * @property {(path: string) => void} jump
 * @property {() => Promise<void>} leave
 *
 * --- what is finished, and what is sent of it
 *
 * @typedef {object} Envelope
 * @property {string} id
 * @property {"survey" | "act"} kind
 * @property {string} form
 * @property {number} form_version
 * @property {number} base_version
 * @property {string} captured_at
 * @property {string} officer User name.
 * @property {string | null} device
 * @property {Answers} payload
 * @property {object[]} photos
 * @property {{question: string, at: string}[]} changed_after_result
 *
 * @typedef {{question: string, vi: string, en: string, next?: Texts, got?: any, number?: number}} Fault
 *
 * @typedef {object} Receipt
 * @property {string} id
 * @property {number} version
 * @property {string} state
 * @property {string} content_sha256
 * @property {string} received_at
 * @property {string | null} [household_id]
 * @property {string[]} [photos]
 * @property {string[]} [missing_photos]
 * @property {Fault[]} [faults]
 *
 * @typedef {object} Reason Why a record stays on this phone.
 * @property {number} [number]
 * @property {Texts} message
 * @property {Texts} [next]
 * @property {any} [details]
 *
 * @typedef {"ready" | "sending" | "photos" | "sent" | "returned" | "refused" | "conflict" | "broken"} State
 *
 * @typedef {object} PlainRecord What lies in the open, and all that is known of a broken one.
 * @property {string} key Id and version.
 * @property {string} id
 * @property {number} version
 * @property {State} state
 * @property {number} tries
 * @property {number} next_at
 * @property {number} saved_at
 * @property {number} size
 * @property {number} [sent_at]
 * @property {Photo[]} photos
 * @property {string[]} stored Hashes of the photos that the server has.
 *
 * @typedef {object} SealedRecord
 * @property {"survey" | "act"} kind
 * @property {string} form
 * @property {string} title
 * @property {Texts} labels
 * @property {string | null} household_id
 * @property {string} village
 * @property {{code: string, at: number}[]} changes
 * @property {any} assessment What the phone's own assessment said, in brief.
 * @property {string} captured_at
 * @property {string} content_sha256
 * @property {Draft} draft
 * @property {Receipt} receipt
 * @property {Reason | null} reason
 * @property {Returned | null} back
 *
 * @typedef {PlainRecord & Partial<SealedRecord>} Record A finished survey or act, as screens and the sender see it.
 *
 * --- what was downloaded (api/field_assignment.py)
 *
 * @typedef {object} Village
 * @property {string} code
 * @property {string} level
 * @property {string} name
 * @property {string | null} commune_name
 * @property {string[]} path
 * @property {[number, number] | null} point
 * @property {any} boundary
 * @property {boolean} boundary_is_approximate
 * @property {number | null} uncertainty_m
 * @property {Object<string, any>} area_facts
 *
 * @typedef {object} Household
 * @property {string} id
 * @property {string} village_code
 * @property {string | null} head_name
 * @property {number | null} people
 * @property {number | null} lon
 * @property {number | null} lat
 * @property {number | null} accuracy_m
 * @property {any} case
 * @property {Object<string, any>} case_facts
 * @property {{path: string[], area_facts: Object<string, any>} | null} entry
 * @property {string[]} next Acts that may follow.
 * @property {string} outcome
 * @property {string | null} [lapses_on] From when on its programme has ended without it.
 * @property {string | null} house_class
 * @property {string | null} programme
 * @property {string | null} release
 * @property {Answers} answers
 * @property {string[]} withheld Questions whose answers stay at the server.
 * @property {string | null} envelope_id
 * @property {number | null} version
 * @property {string | null} captured_at
 * @property {object[]} status_records
 * @property {number} [amount_vnd]
 *
 * @typedef {object} Task
 * @property {string} kind
 * @property {string | null} household_id
 * @property {string | null} village_code
 * @property {string | null} due
 * @property {Texts} text
 * @property {number} [count]
 * @property {string} [envelope_id]
 * @property {number} [version]
 *
 * @typedef {object} Returned
 * @property {string} envelope_id
 * @property {number} version
 * @property {string} state
 * @property {number} [newest_version]
 * @property {string | null} [by]
 * @property {string | null} [comment]
 * @property {Fault[]} [faults]
 * @property {{question: string, was: any, now: any}[]} [changed]
 *
 * @typedef {object} Assignment
 * @property {string | null} cursor How far it reaches.
 * @property {string} [epoch] Which life of the server's database it is from; a restore begins another.
 * @property {Village[]} villages
 * @property {Household[]} households
 * @property {Task[]} tasks
 * @property {Returned[]} returned
 * @property {number | null} synced_at
 * @property {string | null} [pinned_on]
 */

export {};
