// atomic.hpp — the few atomic operations that threads need, on plain words, so that the structures of layout.hpp stay what they are
// in every memory model. Assumes: the word is aligned. Without shared memory each is the plain operation.
#pragma once
#include "config.hpp"

namespace gharial {

template <class T> inline T load_relaxed(const T& word) noexcept {
  return __atomic_load_n(&word, __ATOMIC_RELAXED);
}
template <class T> inline void store_relaxed(T& word, T value) noexcept {
  __atomic_store_n(&word, value, __ATOMIC_RELAXED);
}
template <class T> inline T load_acquire(const T& word) noexcept {
  return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}
// What was there before; what is read after it was written before whatever the other thread published.
template <class T> inline T exchange(T& word, T value) noexcept {
  return __atomic_exchange_n(&word, value, __ATOMIC_SEQ_CST);
}
template <class T> inline T fetch_or(T& word, T bits) noexcept {
  return __atomic_fetch_or(&word, bits, __ATOMIC_ACQ_REL);
}
template <class T> inline T fetch_add(T& word, T n) noexcept {
  return __atomic_fetch_add(&word, n, __ATOMIC_SEQ_CST);
}
// True iff the word was `expected` and is `value` now; else `expected` becomes what it is.
template <class T> inline bool replace(T& word, T& expected, T value) noexcept {
  return __atomic_compare_exchange_n(&word, &expected, value, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_RELAXED);
}

}  // namespace gharial
