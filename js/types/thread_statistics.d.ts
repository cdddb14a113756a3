/** @typedef {import('./heap_image.js').HeapImage} HeapImage */
/**
 * @typedef {object} ThreadHeapStatistics the heap of a thread
 * @property {number} heap its number, from 1 on, the oldest first; it stays
 * @property {import('./front.js').HeapState | undefined} state `attached`: of a thread, `orphan`: of one that ended, to be adopted by the next, `quarantined`: of a worker that was terminated in the middle of a change
 * @property {number} thread whose it is or was: pthread_self, or the number of a Wasm Worker
 * @property {number} number_of_pages heap pages that it owns
 * @property {number} number_of_free_pages of these: without a block
 * @property {number} number_of_reserved_pages free pages that it keeps (gharial_thread_reserve)
 * @property {number} number_of_cached_blocks on its free-block stacks and in its cursors, whoever owns them
 * @property {number} number_of_pending_blocks of its pages: freed by other threads, and not yet taken in
 * @property {boolean} realtime takes no lock and does not grow memory (gharial_thread_realtime)
 */
/**
 * @typedef {object} ThreadStatistics of a program without threads all numbers are 0, and `heaps` is empty
 * @property {number} number_of_heaps
 * @property {number} number_of_orphaned_heaps
 * @property {number} number_of_quarantined_heaps
 * @property {number} number_of_owned_pages heap pages that heaps own
 * @property {number} number_of_free_owned_pages of these: without a block
 * @property {number} number_of_orphaned_pages of these: of orphaned heaps
 * @property {number} number_of_quarantined_pages of these: of quarantined heaps
 * @property {number} number_of_cached_blocks on free-block stacks and in cursors
 * @property {number} number_of_pending_blocks on their way to the heap that owns their page
 * @property {number} number_of_deferred_blocks large blocks, freed while the lock was held: the next holders free them; until then they count as live
 * @property {number} number_of_lock_waits times a thread did not get the lock, nor while it spun
 * @property {number} number_of_refusals times a real-time thread was refused
 * @property {ThreadHeapStatistics[]} heaps the oldest first
 * @property {boolean} [exact] where threads share memory: nothing changed meanwhile
 */
/** @param {HeapImage} heap @returns {ThreadStatistics} */
export function threadStatistics(heap: HeapImage): ThreadStatistics;
export type HeapImage = import("./heap_image.js").HeapImage;
/**
 * the heap of a thread
 */
export type ThreadHeapStatistics = {
    /**
     * its number, from 1 on, the oldest first; it stays
     */
    heap: number;
    /**
     * `attached`: of a thread, `orphan`: of one that ended, to be adopted by the next, `quarantined`: of a worker that was terminated in the middle of a change
     */
    state: import("./front.js").HeapState | undefined;
    /**
     * whose it is or was: pthread_self, or the number of a Wasm Worker
     */
    thread: number;
    /**
     * heap pages that it owns
     */
    number_of_pages: number;
    /**
     * of these: without a block
     */
    number_of_free_pages: number;
    /**
     * free pages that it keeps (gharial_thread_reserve)
     */
    number_of_reserved_pages: number;
    /**
     * on its free-block stacks and in its cursors, whoever owns them
     */
    number_of_cached_blocks: number;
    /**
     * of its pages: freed by other threads, and not yet taken in
     */
    number_of_pending_blocks: number;
    /**
     * takes no lock and does not grow memory (gharial_thread_realtime)
     */
    realtime: boolean;
};
/**
 * of a program without threads all numbers are 0, and `heaps` is empty
 */
export type ThreadStatistics = {
    number_of_heaps: number;
    number_of_orphaned_heaps: number;
    number_of_quarantined_heaps: number;
    /**
     * heap pages that heaps own
     */
    number_of_owned_pages: number;
    /**
     * of these: without a block
     */
    number_of_free_owned_pages: number;
    /**
     * of these: of orphaned heaps
     */
    number_of_orphaned_pages: number;
    /**
     * of these: of quarantined heaps
     */
    number_of_quarantined_pages: number;
    /**
     * on free-block stacks and in cursors
     */
    number_of_cached_blocks: number;
    /**
     * on their way to the heap that owns their page
     */
    number_of_pending_blocks: number;
    /**
     * large blocks, freed while the lock was held: the next holders free them; until then they count as live
     */
    number_of_deferred_blocks: number;
    /**
     * times a thread did not get the lock, nor while it spun
     */
    number_of_lock_waits: number;
    /**
     * times a real-time thread was refused
     */
    number_of_refusals: number;
    /**
     * the oldest first
     */
    heaps: ThreadHeapStatistics[];
    /**
     * where threads share memory: nothing changed meanwhile
     */
    exact?: boolean | undefined;
};
