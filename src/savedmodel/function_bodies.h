// A library's functions as they lie in the file, by name.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace smw {

class FunctionBodies {
 public:
  struct Function {
    std::string_view name;
    std::string_view body;  // a serialized FunctionDef
    bool called = false;    // for the user
  };

  /// `bodies` must outlive this.
  explicit FunctionBodies(const std::vector<std::string>& bodies);

  /// Its number, or -1. Of two functions of one name the first is found.
  int find(std::string_view name) const;
  Function& operator[](int i) { return all_[size_t(i)]; }
  const Function& operator[](int i) const { return all_[size_t(i)]; }
  int size() const { return int(all_.size()); }

 private:
  std::vector<Function> all_;
  std::unordered_map<std::string_view, int> byName_;
};

}  // namespace smw
