// names.js — the names of all that the layout record lists, in the order of src/record.cpp: no address and no offset stands
// here. Their hash is compared with the module's. Programs whose threads share memory have a list of their own.
import { fnv1a } from './memory.js';

export const SCHEMA_VERSION = 3;

/** Of programs without threads. */
export const PLAIN_ADDRESS_NAMES = /** @type {const} */ ([
  'global',
  'class_map',
  'run_map',
  'tops',
  'stack_words',
  'cursors',
  'current',
]);
/** Of programs whose threads share memory. */
export const SHARED_ADDRESS_NAMES = /** @type {const} */ (['global', 'segments']);
/** Of both. */
export const LINKER_ADDRESS_NAMES = /** @type {const} */ ([
  'global_base',
  'data_end',
  'stack_low',
  'stack_high',
  'heap_base',
]);

export const CONSTANT_NAMES = /** @type {const} */ ([
  'heap_page_shift',
  'mini_page_shift',
  'meta_page_bytes',
  'small_max',
  'class_max',
  'size_classes',
  'class_key_shift',
  'stack_words_count',
  'exact_bins',
  'bins_per_doubling',
  'run_bins',
  'own_run_max',
  'run_kind_bits',
  'run_free',
  'run_small',
  'run_block',
  'run_maps',
  'run_meta_page',
  'run_gap',
  'run_inside',
  'entry_bytes',
  'entry_value',
  'entry_next',
  'entry_prev',
  'entry_header',
  'header_bytes',
  'header_free',
  'header_free_words',
  'header_reciprocal',
  'header_base',
  'header_countdown',
  'header_size_class',
  'header_next',
  'header_prev',
  'header_mini_pages',
  'end_of_list',
  'unlisted',
  'meta_bytes',
  'meta_mini_pages',
  'meta_page',
  'meta_runs',
  'meta_free',
  'meta_class_links',
  'meta_lists',
  'global_bytes',
  'global_meta_map',
  'global_mapped_pages',
  'global_break_at',
  'global_first',
  'global_end',
  'global_fresh',
  'global_bin_mask',
  'global_class_stacks',
  'global_bins',
  'global_counters',
  'cursor_bytes',
  'cursor_bits',
  'cursor_base',
  'cursor_block_bytes',
]);

/** Of programs without threads, behind the others: what their one heap owns. */
export const PLAIN_CONSTANT_NAMES = /** @type {const} */ ([
  'meta_is_own',
  'own_lists',
  'own_pages',
  'own_free_pages',
]);

/** Of programs whose threads share memory, behind the others. */
export const SHARED_CONSTANT_NAMES = /** @type {const} */ ([
  'segment_shift',
  'segment_bytes',
  'segment_classes',
  'segment_entries',
  'segment_metas',
  'meta_owner',
  'remote_bytes',
  'remote_free',
  'remote_next',
  'lock_holder',
  'lock_waiting',
  'lock_deferred',
  'lock_drained',
  'lock_epoch',
  'lock_heaps',
  'lock_orphans',
  'lock_number_of_heaps',
  'lock_waits',
  'lock_refusals',
  'heap_bytes',
  'heap_tops',
  'heap_state',
  'heap_cursors',
  'heap_current',
  'heap_class_stacks',
  'heap_lists',
  'heap_next',
  'heap_next_orphan',
  'heap_thread',
  'heap_pages',
  'heap_free_pages',
  'heap_reserved',
  'heap_changing',
  'heap_realtime',
  'heap_stack_words',
  'state_attached',
  'state_orphan',
  'state_quarantined',
  'changed',
]);

export const COUNTER_NAMES = /** @type {const} */ ([
  'taken_mini_pages',
  'fresh_mini_pages',
  'taken_pages',
  'fresh_pages',
  'heap_grows',
  'refused_grows',
  'used_mini_pages',
  'peak_used_mini_pages',
  'external_mini_pages',
  'touched_meta_pages',
]);

/** @typedef {typeof PLAIN_ADDRESS_NAMES[number] | typeof SHARED_ADDRESS_NAMES[number] | typeof LINKER_ADDRESS_NAMES[number]} AddressName */
/** @typedef {typeof CONSTANT_NAMES[number] | typeof PLAIN_CONSTANT_NAMES[number] | typeof SHARED_CONSTANT_NAMES[number]} ConstantName */
/** @typedef {typeof COUNTER_NAMES[number]} CounterName */

/** Names of a program's record, in order. @param {boolean} shared threads share its memory */
export function namesOf(shared) {
  return {
    addresses: [...(shared ? SHARED_ADDRESS_NAMES : PLAIN_ADDRESS_NAMES), ...LINKER_ADDRESS_NAMES],
    constants: [...CONSTANT_NAMES, ...(shared ? SHARED_CONSTANT_NAMES : PLAIN_CONSTANT_NAMES)],
  };
}

/** What the module's `names_hash` must be. @param {boolean} [shared] @returns {number} */
export function hashOfNames(shared = false) {
  const { addresses, constants } = namesOf(shared);
  const names = [...addresses, ...constants, ...COUNTER_NAMES];
  return fnv1a(new TextEncoder().encode(names.map((name) => `${name},`).join('')));
}
