// Containers of libc++: what a C++ program links of the allocator.
#include <map>
#include <string>
#include <vector>

int main(int count, char** words) {
  std::map<std::string, std::vector<int>> lengths;
  for (int i = 0; i < count; ++i) lengths[words[i]].push_back(i);
  return static_cast<int>(lengths.size()) - count;
}
