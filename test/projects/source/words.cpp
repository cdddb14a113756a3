// words.cpp — the C++ part of the example projects: in the library, and yet it asks gharial whether the heap is sound.
#include <gharial.h>
#include <string>
#include <vector>

extern "C" int words_count(int count) {
  std::vector<std::string> words;
  for (int i = 0; i < count; ++i)
    words.push_back("a word that is too long to lie in the string itself " + std::to_string(i));
  int letters = 0;
  for (const std::string& word : words) letters += static_cast<int>(word.size()) > 50;
  return gharial_validate() == 0 ? letters : -1;
}
