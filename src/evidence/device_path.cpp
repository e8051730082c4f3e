// Where backup domains lie on the phone.
//
// Source  Apple's own table, /System/Library/Backup/Domains.plist (removed from iOS 17), keeps a
//         RootPath a domain; a backup lists paths relative to it. HealthDomain is rooted at
//         Library, its paths begin with "Health/". Containers follow MobileContainerManager's
//         folders.

#include "evidence/device_path.hpp"

#include <algorithm>
#include <array>

namespace interdict::evidence {
namespace {

struct DomainRoot {
  std::string_view domain;
  std::string_view root;
};

constexpr std::array kRoots{
    DomainRoot{"BooksDomain", "/private/var/mobile/Media/Books"},
    DomainRoot{"CameraRollDomain", "/private/var/mobile"},
    DomainRoot{"DatabaseDomain", "/private/var/db"},
    DomainRoot{"HealthDomain", "/private/var/mobile/Library"},
    DomainRoot{"HomeDomain", "/private/var/mobile"},
    DomainRoot{"HomeKitDomain", "/private/var/mobile"},
    DomainRoot{"InstallDomain", "/private/var/installd"},
    DomainRoot{"KeyboardDomain", "/private/var/mobile"},
    DomainRoot{"KeychainDomain", "/private/var/Keychains"},
    DomainRoot{"ManagedPreferencesDomain", "/private/var/Managed Preferences"},
    DomainRoot{"MediaDomain", "/private/var/mobile"},
    DomainRoot{"MobileDeviceDomain", "/private/var/MobileDevice"},
    DomainRoot{"NetworkDomain", "/private/var/networkd"},
    DomainRoot{"ProtectedDomain", "/private/var/protected"},
    DomainRoot{"RootDomain", "/private/var/root"},
    DomainRoot{"SystemPreferencesDomain", "/private/var/preferences"},
    DomainRoot{"TonesDomain", "/private/var/mobile"},
    DomainRoot{"WirelessDomain", "/private/var/wireless"},
};
static_assert(std::ranges::is_sorted(kRoots, {}, &DomainRoot::domain));

/// Domains that are a prefix and the name of a container.
constexpr std::array kContainers{
    DomainRoot{"AppDomain-", "/private/var/mobile/Containers/Data/Application/"},
    DomainRoot{"AppDomainGroup-", "/private/var/mobile/Containers/Shared/AppGroup/"},
    DomainRoot{"AppDomainPlugin-", "/private/var/mobile/Containers/Data/PluginKitPlugin/"},
    DomainRoot{"SysContainerDomain-", "/private/var/containers/Data/System/"},
    DomainRoot{"SysSharedContainerDomain-", "/private/var/containers/Shared/SystemGroup/"},
};

void append_root(std::string& out, std::string_view domain) {
  const auto at = std::ranges::lower_bound(kRoots, domain, {}, &DomainRoot::domain);
  if (at != kRoots.end() && at->domain == domain) {
    out += at->root;
    return;
  }
  for (const auto& container : kContainers) {
    if (domain.size() > container.domain.size() && domain.starts_with(container.domain)) {
      out += container.root;
      out += domain.substr(container.domain.size());
      return;
    }
  }
  out += '/';
  out += domain;
}

/// The components of a path one by one, without the empty ones and ".".
class Components {
 public:
  explicit Components(std::string_view path) : rest_(path) {}
  /// Empty at the end.
  std::string_view next() {
    while (!rest_.empty()) {
      const auto slash = rest_.find('/');
      const auto component = rest_.substr(0, slash);
      rest_.remove_prefix(slash == rest_.npos ? rest_.size() : slash + 1);
      if (!component.empty() && component != ".") return component;
    }
    return {};
  }

 private:
  std::string_view rest_;
};

}  // namespace

void append_device_path(std::string& out, std::string_view domain, std::string_view relative_path) {
  if (!domain.empty()) {
    append_root(out, domain);
    if (relative_path.empty()) return;
    out += '/';
  }
  out += relative_path;
}

std::string device_path(std::string_view domain, std::string_view relative_path) {
  std::string path;
  append_device_path(path, domain, relative_path);
  return path;
}

void append_canonical_path(std::string& out, std::string_view path) {
  if (path.empty()) return;
  const auto start = out.size();
  Components components(path);
  auto component = components.next();
  while (component == "filesystem1") component = components.next();
  if (component == "filesystem2") {
    component = components.next();
    // The data volume is mounted at /private/var; some tools already say so behind the prefix.
    if (component != "private") out += "/private/var";
  } else if (component == "var" || component == "tmp" || component == "etc") {
    out += "/private";
  }
  for (; !component.empty(); component = components.next()) {
    out += '/';
    out += component;
  }
  if (out.size() == start) out += '/';
}

std::string canonical_path(std::string_view path) {
  std::string canonical;
  canonical.reserve(path.size() + sizeof "/private/var");
  append_canonical_path(canonical, path);
  return canonical;
}

}  // namespace interdict::evidence
