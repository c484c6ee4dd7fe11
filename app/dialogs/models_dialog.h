// SPDX-License-Identifier: MIT
#pragma once
#include <QDialog>
#include <array>
#include <deque>
#include <memory>
#include <optional>

#include "app/model_files.h"
#include "app/work/background_task.h"
#include "app/work/recovery_engine.h"

class QGroupBox;
class QLabel;
class QListWidget;
class QPushButton;
class QSpinBox;

namespace hmr {

class MainWindow;

/// The body and the network in use, what they are, and others: chosen in a file dialog, dropped on it, or used before. Says
/// where the official files are obtained. Files are read in the background, in the order they were chosen; one that cannot be used is
/// refused with the reason and nothing changes. The vertices of nose, eyes and ears of a body that was chosen can be changed; they are
/// kept in a file beside it, and so is what a person changes in the recipe of weights.
class ModelsDialog : public QDialog {
    Q_OBJECT
public:
    explicit ModelsDialog(const ModelSettings& settings, QWidget* parent = nullptr);

    ModelSettings settings() const { return settings_; }
    /// Takes the file as the body or as the weights, whatever it is; shows the reason where it is neither.
    void use(const std::filesystem::path& file);
    /// Goes away once it is closed; not before the file in hand is read, so that nobody waits for it.
    void deleteWhenRead();

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void accept() override;

private:
    QWidget* buildRow(const QString& title, const QString& name, QLabel*& label, ModelFile::Kind kind);
    void chooseFile(ModelFile::Kind kind);
    void useShipped(ModelFile::Kind kind);
    struct Reading {
        std::filesystem::path chosen;          ///< empty: what is shipped
        std::optional<ModelFile::Kind> kind;   ///< nothing: whatever the file is
        bool isInUse = false;                  ///< not chosen now: the dialog opens with it
        std::shared_ptr<ModelFile> file;
    };
    void read(const std::filesystem::path& chosen, std::optional<ModelFile::Kind> kind, bool isInUse = false);
    void endReading(const QString& failure);
    void take(const Reading& reading);
    QString nameOf(ModelFile::Kind kind) const;
    void showFile(ModelFile::Kind kind);
    void showMessage(const QString& text, bool isProblem);
    void fillKnown();
    QWidget* buildFacePoints();
    void changeRecipe();
    void showFacePoints();
    /// Writes them when they were changed; false, with the reason shown, when that is not possible.
    bool keepFacePoints();
    bool keepRecipe();

    ModelSettings settings_;
    std::optional<ModelFile> body_, weights_;
    QLabel *bodyLabel_ = nullptr, *weightsLabel_ = nullptr, *message_ = nullptr;
    NetworkRecipe keptRecipe_;  ///< of the weights, before a person changed it
    QPushButton *recipe_ = nullptr, *accept_ = nullptr;
    QListWidget* known_ = nullptr;
    QGroupBox* facePointBox_ = nullptr;
    std::array<QSpinBox*, kFacePointNames.size()> facePoints_{};
    bool isLeft_ = false;
    std::deque<Reading> readings_;  ///< the first is being read
    BackgroundTask reading_;
};

/// Lets a person choose in such a dialog; the window then loads what was chosen, and the choice is remembered.
void openModelsDialog(MainWindow& window);

}  // namespace hmr
