// The containers of libc++ as programs use them: nodes of many sizes, long strings beside short ones, shared objects.
// The last line says how many nodes stay alive at least, which the test compares with what JavaScript counts.
#include <cstdint>
#include <iostream>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

std::uint32_t seed = 1;
std::uint32_t random(std::uint32_t n) { return (seed = seed * 1664525 + 1013904223) / 65536 % n; }

struct Document {
  std::string title, body;
  std::vector<std::shared_ptr<Document>> references;
  static inline int alive = 0;
  Document(std::string t, std::string b) : title(std::move(t)), body(std::move(b)) { ++alive; }
  ~Document() { --alive; }
};

// Never destroyed: main returns with them full, and that heap is what JavaScript reads.
auto& documents = *new std::map<int, std::shared_ptr<Document>>;
auto& index_by_word = *new std::unordered_map<std::string, std::list<int>>;

}  // namespace

int main() {
  for (int i = 0; i < 4000; ++i) {
    auto document = std::make_shared<Document>("document number " + std::to_string(i),
                                               std::string(20 + random(200), 'x'));
    for (std::uint32_t r = random(4); r > 0 && i > 0; --r)  // older ones only: no cycles
      if (auto found = documents.find(static_cast<int>(random(static_cast<std::uint32_t>(i))));
          found != documents.end())
        document->references.push_back(found->second);
    documents.emplace(i, std::move(document));
    for (int w = 0; w < 5; ++w)
      index_by_word["word number " + std::to_string(random(700))].push_back(i);
    if (i % 3 == 2) documents.erase(static_cast<int>(random(static_cast<std::uint32_t>(i))));
  }
  std::size_t postings = 0;
  for (auto& [word, list] : index_by_word) {
    list.remove_if([](int id) { return !documents.contains(id); });
    list.sort();
    list.unique();
    postings += list.size();
  }
  std::uint64_t sum = 0;
  for (const auto& [id, document] : documents)
    sum += static_cast<std::uint64_t>(id) * document->body.size();
  std::map<std::string, std::size_t> by_length;  // gone before main returns
  for (const auto& [word, list] : index_by_word)
    by_length[std::to_string(list.size()) + word] = list.size();
  std::cout << "documents: " << documents.size() << " listed, " << Document::alive << " alive\n"
            << "words: " << index_by_word.size() << ", postings: " << postings
            << ", sorted: " << by_length.size() << "\n"
            << "checksum: " << sum << "\n"
            << "live blocks: at least "
            << documents.size() + static_cast<std::size_t>(Document::alive) * 3 +
                   index_by_word.size() * 2 + postings
            << std::endl;
}
