// SPDX-License-Identifier: MIT
#include <iostream>
#include <map>

#include "support/test_class.h"
#ifdef HMR_TEST_GUI
#include <QApplication>
using TestApplication = QApplication;
#else
#include <QCoreApplication>
using TestApplication = QCoreApplication;
#endif

namespace {

using Factory = std::function<std::unique_ptr<QObject>()>;

std::map<std::string, Factory>& testClasses() {
    static std::map<std::string, Factory> classes;
    return classes;
}

}  // namespace

bool hmr::test::registerTestClass(const std::string& name, Factory make) {
    return testClasses().emplace(name, std::move(make)).second;
}

// usage: BINARY [test_class [QtTest options…]]; without a class all of them run
int main(int argc, char** argv) {
    TestApplication app(argc, argv);
    QStringList arguments = QCoreApplication::arguments();
    const QString wanted = arguments.size() > 1 ? arguments[1] : QString();
    int failures = 0;
    bool found = false;
    for (const auto& [name, make] : testClasses()) {
        if (!wanted.isEmpty() && wanted.toStdString() != name) continue;
        found = true;
        QStringList options = arguments;
        if (options.size() > 1) options.removeAt(1);
        const auto object = make();
        failures += QTest::qExec(object.get(), options);
    }
    if (!found) {
        std::cerr << "no test class named " << wanted.toStdString() << "\n";
        return 2;
    }
    return failures == 0 ? 0 : 1;
}
