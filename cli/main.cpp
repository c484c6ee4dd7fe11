// SPDX-License-Identifier: MIT
#include <iostream>

#include "body/error.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
    CLI::App app{"HMR Studio on the command line: recover, convert, train and judge human bodies."};
    app.set_version_flag("--version", HMR_VERSION);
    app.require_subcommand(1);
    int exitCode = 0;
    try {
        hmr::addBodyCommand(app, exitCode);
        hmr::addConvertCommand(app, exitCode);
        hmr::addDatasetCommand(app, exitCode);
        hmr::addEvalCommand(app, exitCode);
        hmr::addPriorCommand(app, exitCode);
        hmr::addSynthCommand(app, exitCode);
        hmr::addTrainCommand(app, exitCode);
#ifdef HMR_WITH_INFERENCE
        hmr::addRunCommand(app, exitCode);
        hmr::addExportCommand(app, exitCode);
        hmr::addInfoCommand(app, exitCode);
        hmr::addDoctorCommand(app, exitCode);
        hmr::addBenchCommand(app, exitCode);
#endif
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const hmr::Error& error) {
        std::cerr << "hmr: " << error.what() << "\n";
        return 1;
    } catch (const std::exception& error) {
        std::cerr << "hmr: unexpected failure: " << error.what() << "\n";
        return 1;
    }
    return exitCode;
}
